// Holds each answer that any test sees against the contract; the harness asks it, so no test can forget to.
import { findFaults } from './answers.ts'

/** @throws where the answer is not what the contract and the OpenAPI document say. Leaves its body unread. */
export async function requireContract(request: Request, response: Response, vars: object): Promise<void> {
  const { CORS_ORIGINS: origins = '', COOKIE_ACCESS_TOKEN } = vars as Readonly<Record<string, string | undefined>>
  // A server that a test has started says nothing of its environment: it is one of development.
  const isDevelopment = !('ENVIRONMENT' in vars) || vars.ENVIRONMENT === 'development'
  const hasReadableAccess = COOKIE_ACCESS_TOKEN === 'readable'
  const isText = /^(application\/json|text\/html)/.test(response.headers.get('Content-Type') ?? '')
  const { method, url, headers } = request
  const faults = findFaults(
    {
      method,
      url,
      headers,
      corsOrigins: origins.split(',').map((origin) => origin.trim()),
      isDevelopment,
      hasReadableAccess,
    },
    { status: response.status, headers: response.headers, text: isText ? await response.clone().text() : null },
  )
  if (faults.length > 0) throw new Error(`${method} ${url} → ${response.status} breaks the contract: ${faults.join('; ')}`)
}
