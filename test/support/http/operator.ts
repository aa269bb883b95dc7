// An operator's program, with the key that the service has.
import { ADMIN_KEY, PASSWORD, type Reply, type RequestOptions, type TestApp } from '../harness.ts'

export const KEY = ADMIN_KEY
export const ADMIN = '/api/admin/v1'

export function ask(app: TestApp, method: string, path: string, options: RequestOptions = {}): Promise<Reply> {
  return app.request(method, `${ADMIN}${path}`, { token: KEY, ...options })
}

export async function idOf(app: TestApp, email: string): Promise<string> {
  return (await ask(app, 'GET', `/users?search=${encodeURIComponent(email)}`)).body.users[0].id
}

/** An account that is signed in to. */
export async function withSession(app: TestApp, form: Readonly<Record<string, unknown>> = {}) {
  const email = await app.createAccount(form)
  const { access_token: token } = await app.signIn(email, PASSWORD)
  return { email, token, id: await idOf(app, email) }
}
