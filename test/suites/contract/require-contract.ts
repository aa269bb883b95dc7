// Holds each answer that any test sees against the contract; the harness asks it, so no test can forget to.
import { findFaults } from './answers.ts'

/** What development lists where nothing is configured. */
const DEFAULT_ORIGIN = 'http://localhost:8080'

/** @throws where the answer is not what the contract and the OpenAPI document say. Leaves its body unread. */
export async function requireContract(request: Request, response: Response, vars: object): Promise<void> {
  const { CORS_ORIGINS: origins = DEFAULT_ORIGIN, COOKIE_ACCESS_TOKEN } = vars as Readonly<Record<string, string | undefined>>
  const hasReadableAccess = COOKIE_ACCESS_TOKEN === 'readable'
  const isText = /^(application\/json|text\/html)/.test(response.headers.get('Content-Type') ?? '')
  const { method, url, headers } = request
  const faults = findFaults(
    { method, url, headers, corsOrigins: origins.split(',').map((origin) => origin.trim()), hasReadableAccess },
    { status: response.status, headers: response.headers, text: isText ? await response.clone().text() : null },
  )
  if (faults.length > 0) throw new Error(`${method} ${url} → ${response.status} breaks the contract: ${faults.join('; ')}`)
}
