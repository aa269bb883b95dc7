// As a browser sends the forms of pages, and keeps the cookie that a registration gives it.
import { decodePart } from '../fixtures.ts'
import { anyAddress, type Reply, type RequestOptions, type TestApp } from '../harness.ts'

export interface SubmitOptions {
  readonly cookie?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly ip?: string
}

export function submit(
  app: TestApp,
  path: string,
  fields: Readonly<Record<string, string>>,
  { cookie, headers = {}, ip = anyAddress() }: SubmitOptions = {},
): Promise<Reply> {
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams(fields).toString()
  return app.request('POST', path, { body, headers: { ...type, ...(cookie !== undefined && { Cookie: cookie }), ...headers }, ip })
}

/** Registers in a browser of its own. @returns what that browser sends as `Cookie` from then on */
export async function registerInBrowser(
  app: TestApp,
  form: Readonly<Record<string, unknown>>,
  options: RequestOptions = {},
): Promise<string> {
  const reply = await app.v1('POST', '/register', { body: form, ip: anyAddress(), ...options })
  if (reply.status !== 201) throw new Error(`registration failed: ${reply.text}`)
  return cookieOf(reply)
}

/** The one cookie a reply sets, as it is sent back. */
export function cookieOf({ headers }: Reply): string {
  return headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

export const headingOf = ({ text }: Reply) => /<h1>(.*?)<\/h1>/.exec(text)?.[1]

/** A registration's cookie wherever a reply has one; by its shape two can be compared whose registrations differ. */
export const PROOF = /postern-registration=([\w-]+)\.([\w-]+)\.([\w-]+)/g

export function shapeOf(_: string, header: string, claims: string, signature: string): string {
  return `registration=${header}.${Object.keys(JSON.parse(decodePart(claims)))}.${claims.length}.${signature.length}`
}
