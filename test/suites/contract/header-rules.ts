// The header fields of the contract as rules: each looks at one question and its answer and says what is wrong.
import type { Json } from '../../support/http/documented.ts'
import type { Answer, Place, Question } from './answers.ts'

interface Context {
  readonly path: string
  readonly place: Place
  readonly body: Json
}

type Rule = (question: Question, answer: Answer, context: Context) => string | false | null | undefined

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const JSON_POLICY = "default-src 'none'; frame-ancestors 'none'"
const WHOLE_SECONDS = /^[1-9]\d*$/
const LINK_PAGES = ['/verify-email', '/reset-password', '/confirm-email-change', '/undo-email-change']
/** Public, and the same for everybody. */
const CACHEABLE = [
  '/.well-known/jwks.json',
  '/.well-known/oauth-authorization-server',
  '/openapi.json',
  '/api/admin/openapi.json',
  '/docs',
]

const isJson = ({ headers }: Answer) => headers.get('Content-Type')?.startsWith('application/json') ?? false
/** With a form, of which a browser is to say where it comes from. */
const isLinkPage = ({ headers }: Answer, place: Place) =>
  place.kind === 'page' && LINK_PAGES.includes(place.path) && (headers.get('Content-Type')?.startsWith('text/html') ?? false)
const isBearer = ({ headers }: Question) => /^bearer\b/i.test(headers.get('Authorization') ?? '')

/** Where a bearer token is the credential, a face says so by this word; a password or a refresh token is refused by others. */
const isRefusedBearer = ({ method }: Question, { status }: Answer, { path, body }: Context) =>
  status === 401 && path.startsWith('/api/') && (method === 'HEAD' || body?.message === 'Unauthorized')

const RULES: readonly Rule[] = [
  (_, { headers }) => !UUID.test(headers.get('X-Request-Id') ?? '') && 'X-Request-Id is no id',
  (_, { headers }, { body }) =>
    typeof body?.request_id === 'string' && body.request_id !== headers.get('X-Request-Id') && 'request_id is not X-Request-Id',
  (_, { headers }) => headers.get('X-Content-Type-Options') !== 'nosniff' && 'no nosniff',
  (_, answer, { place }) => {
    const policy = answer.headers.get('Referrer-Policy')
    return policy !== (isLinkPage(answer, place) ? 'same-origin' : 'no-referrer') && `Referrer-Policy: ${policy}`
  },
  (_, { headers }) => headers.get('Cross-Origin-Opener-Policy') !== 'same-origin' && 'no Cross-Origin-Opener-Policy',
  (_, { headers }) => headers.get('Cross-Origin-Resource-Policy') !== 'same-origin' && 'no Cross-Origin-Resource-Policy',
  (_, { headers }) => !/^max-age=\d{8,}; includeSubDomains$/.test(headers.get('Strict-Transport-Security') ?? '') && 'no HSTS',
  (_, { headers }) => {
    const directives = (headers.get('Content-Security-Policy') ?? '').split('; ')
    const isStrict = directives.includes("default-src 'none'") && directives.includes("frame-ancestors 'none'")
    return !isStrict && `the policy is ${directives.join('; ')}`
  },
  (_, answer, { place }) =>
    isJson(answer) &&
    place.kind === 'operation' &&
    answer.headers.get('Content-Security-Policy') !== JSON_POLICY &&
    'the policy of JSON is not the strict one',
  (_, answer) =>
    isJson(answer) &&
    answer.headers.get('Content-Type') !== 'application/json; charset=utf-8' &&
    'the media type is not the documented one',
  (_, { headers, status }, { path }) => {
    const control = headers.get('Cache-Control')
    const mayBeKept = status === 200 && CACHEABLE.some((one) => path === one || path.startsWith(`${one}/`))
    return mayBeKept
      ? !/^public, max-age=\d+$/.test(control ?? '') && 'not cacheable'
      : control !== 'no-store' && `Cache-Control: ${control}`
  },
  (_, { headers }) => !listOf(headers.get('Vary')).includes('Origin') && 'Vary without Origin',
  findCorsFault,
  (question, answer, context) => {
    const challenge = answer.headers.get('WWW-Authenticate')
    if (!isRefusedBearer(question, answer, context)) return challenge !== null && `WWW-Authenticate: ${challenge}`
    const expected = `Bearer realm="postern"${isBearer(question) ? ', error="invalid_token"' : ''}`
    return challenge !== expected && `WWW-Authenticate: ${challenge} instead of ${expected}`
  },
  (_, { status, headers }) => status === 503 && !WHOLE_SECONDS.test(headers.get('Retry-After') ?? '') && '503 without Retry-After',
  (_, { status, headers }) => {
    const [limit, policy, wait] = ['RateLimit', 'RateLimit-Policy', 'Retry-After'].map((name) => headers.get(name) ?? '')
    if (status !== 429) return (limit !== '' || policy !== '') && `RateLimit with ${status}`
    if (!WHOLE_SECONDS.test(wait ?? '')) return `429 with Retry-After: ${wait}`
    const [, name, seconds] = /^"([\w-]+)";r=0;t=(\d+)$/.exec(limit ?? '') ?? []
    const [, policyName] = /^"([\w-]+)";q=[1-9]\d*;w=[1-9]\d*$/.exec(policy ?? '') ?? []
    return (
      (name === undefined || name !== policyName || seconds !== wait) && `429 with ${limit} and ${policy}, Retry-After: ${wait}`
    )
  },
  ({ method }, { status, headers }, { place }) => {
    const allowed = listOf(headers.get('Allow'))
    if (status !== 405) return allowed.length > 0 && method !== 'OPTIONS' && `Allow with ${status}`
    const named = allowed.filter((one) => one !== 'OPTIONS' && one !== 'HEAD')
    const areAll = place.kind === 'nothing' || named.sort().join() === [...place.methods].sort().join()
    return (!allowed.includes('OPTIONS') || allowed.includes(method) || !areAll) && `405 to ${method} with Allow: ${allowed}`
  },
  ({ url, hasReadableAccess = false }, { headers }, { path }) =>
    findCookieFault(headers.getSetCookie(), path, new URL(url), hasReadableAccess),
  (_, { status, headers }) => ((status >= 300 && status < 400) || headers.has('Location')) && 'a redirect',
  (_, { headers }) =>
    ['Server', 'X-Powered-By', 'Refresh'].some((name) => headers.has(name)) && 'a header field that says too much',
]

export function findHeaderFaults(question: Question, answer: Answer, context: Context): string[] {
  return RULES.flatMap((rule) => rule(question, answer, context) || [])
}

function listOf(field: string | null): string[] {
  return (field ?? '').split(',').flatMap((item) => item.trim() || [])
}

function findCorsFault({ headers: asked, corsOrigins, isDevelopment }: Question, { headers }: Answer): string | false {
  const origin = asked.get('Origin')
  const allowed = headers.get('Access-Control-Allow-Origin')
  if (allowed !== null) {
    const isHere = isDevelopment && /^\w+:\/\/((\w+\.)?localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(allowed)
    return (allowed !== origin || !(isHere || corsOrigins.includes(allowed))) && `CORS for ${allowed}`
  }
  return [...headers.keys()].some((name) => name.startsWith('access-control-')) && 'CORS for nobody'
}

function findCookieFault(lines: readonly string[], path: string, url: URL, hasReadableAccess: boolean): string | false {
  if (lines.length === 0) return false
  const registers = path === '/api/v1/auth/register'
  if (!registers && !/^\/auth\/(login|refresh|logout)$/.test(path)) return `cookies from ${path}`
  const isPlainLocal = url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  const expected = (isHidden: boolean) =>
    [...(isHidden ? ['HttpOnly'] : []), 'Max-Age', 'Path=/', 'SameSite=Lax', ...(isPlainLocal ? [] : ['Secure'])].join()
  const names = registers ? `${isPlainLocal ? '' : '__Host-'}postern-registration` : 'accessToken|refreshToken'
  const isAsExpected = lines.every((line) => {
    const [pair = '', ...attributes] = line.split('; ')
    const said = attributes.map((attribute) => attribute.replace(/^Max-Age=\d+$/, 'Max-Age')).sort()
    const isHidden = !(hasReadableAccess && pair.startsWith('accessToken=') && pair !== 'accessToken=')
    return new RegExp(`^(${names})=[\\w.-]*$`).test(pair) && said.join() === expected(isHidden)
  })
  return !isAsExpected && `cookies ${lines.map((line) => line.replace(/=[^;]*/, '=…')).join(' and ')}`
}
