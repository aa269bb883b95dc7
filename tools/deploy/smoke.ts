// Asks a running Postern, over HTTP, the few questions whose answers show that it was put together rightly.

export interface SmokeResult {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'not checked'
  readonly detail: string
}

interface Check {
  readonly name: string
  /** What is true of a deployment only: a development server says otherwise on purpose. */
  readonly isProductionOnly?: boolean
  /** Answers what is wrong, or `null`. */
  readonly run: (base: string) => Promise<string | null>
}

const TIMEOUT_MILLISECONDS = 15_000

const CHECKS: readonly Check[] = [
  { name: '/healthz answers 200', run: (base) => expectStatus(base, '/healthz', 200) },
  { name: '/readyz answers 200', run: (base) => expectStatus(base, '/readyz', 200) },
  { name: '/.well-known/jwks.json lists a key, public parts only', run: checkKeys },
  { name: '/api/v1/auth/me without a token is 401 with WWW-Authenticate', run: checkUnauthenticated },
  { name: 'POST /api/v1/auth/login of an invented account is refused', run: checkLogin },
  { name: 'HSTS, nosniff and X-Request-Id are on every answer', run: checkHeaders },
  { name: '/dev/mailbox is 404', isProductionOnly: true, run: (base) => expectStatus(base, '/dev/mailbox', 404) },
  { name: 'the address is https', isProductionOnly: true, run: async (base) => (base.startsWith('https://') ? null : 'it is not') },
]

export async function runSmokeTest(url: string, isProduction: boolean): Promise<readonly SmokeResult[]> {
  const base = new URL(url).origin
  const results: SmokeResult[] = []
  for (const check of CHECKS) {
    if (check.isProductionOnly && !isProduction) {
      results.push({ name: check.name, outcome: 'not checked', detail: 'true of a deployment only' })
      continue
    }
    const problem = await check.run(base).catch((error: unknown) => `no answer: ${reasonOf(error)}`)
    results.push({ name: check.name, outcome: problem === null ? 'passed' : 'failed', detail: problem ?? '' })
  }
  return results
}

export function describeSmoke({ name, outcome, detail }: SmokeResult): string {
  const mark = { passed: '✓', failed: '✗', 'not checked': '–' }[outcome]
  return `${mark} ${name}${detail ? `: ${detail}` : ''}`
}

async function expectStatus(base: string, path: string, status: number): Promise<string | null> {
  const response = await ask(base, path)
  return response.status === status ? null : `got ${response.status}`
}

async function checkKeys(base: string): Promise<string | null> {
  const response = await ask(base, '/.well-known/jwks.json')
  if (response.status !== 200) return `got ${response.status}`
  const { keys } = (await response.json()) as { keys?: readonly Record<string, unknown>[] }
  if (!Array.isArray(keys) || keys.length === 0) return 'got no key'
  return keys.some((key) => 'd' in key) ? 'got a private key' : null
}

async function checkUnauthenticated(base: string): Promise<string | null> {
  const response = await ask(base, '/api/v1/auth/me')
  if (response.status !== 401) return `got ${response.status}`
  return response.headers.get('WWW-Authenticate')?.startsWith('Bearer') ? null : 'got no WWW-Authenticate: Bearer'
}

async function checkLogin(base: string): Promise<string | null> {
  // A new name each time: one name would collect failures until the limiter answers 429.
  const email = `smoke-${crypto.randomUUID()}@example.com`
  const response = await ask(base, '/api/v1/auth/login', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password: crypto.randomUUID() }),
  })
  if (response.status === 401) return null
  // As far as a program gets where Turnstile is set up.
  const { code } = (await response.json()) as { code?: string }
  return code === 'challenge_failed' ? null : `got ${response.status}`
}

async function checkHeaders(base: string): Promise<string | null> {
  const { headers } = await ask(base, '/healthz')
  const missing = [
    headers.has('Strict-Transport-Security') ? null : 'Strict-Transport-Security',
    headers.get('X-Content-Type-Options') === 'nosniff' ? null : 'X-Content-Type-Options: nosniff',
    headers.has('X-Request-Id') ? null : 'X-Request-Id',
  ].filter((name) => name !== null)
  return missing.length === 0 ? null : `missing ${missing.join(', ')}`
}

function ask(base: string, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(base + path, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS), ...init })
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
