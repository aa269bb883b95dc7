// What the tests of an account's later life share: links out of mails, and the steps that lead to one.
import { anyAddress, BINDINGS, PASSWORD, type Reply, type TestApp } from './harness.ts'

export const NEW_PASSWORD = 'quite another one'
export const UNKNOWN_TOKEN = '0'.repeat(64)

export type LinkPage = 'verify-email' | 'reset-password' | 'confirm-email-change' | 'undo-email-change'

/** The token of the newest mailed link to this page. */
export async function linkTo(app: TestApp, email: string, page: LinkPage): Promise<string> {
  const [newest] = await linksTo(app, email, page)
  if (!newest) throw new Error(`no link to ${page} mailed to ${email}`)
  return newest
}

/** Newest first. */
export async function linksTo(app: TestApp, email: string, page: LinkPage): Promise<string[]> {
  const pattern = new RegExp(`^http://localhost:8787/${page}\\?token=([0-9a-f]{64})&lang=\\w+$`, 'm')
  return (await app.mailTo(email)).flatMap(({ text }) => pattern.exec(text)?.[1] ?? [])
}

export async function subjectsTo(app: TestApp, email: string): Promise<string[]> {
  return (await app.mailTo(email)).map(({ subject }) => subject)
}

/** As if the account's password had been hashed like this. */
export async function storePasswordHash(email: string, hash: string): Promise<void> {
  const update = "UPDATE credentials SET secret = ? WHERE kind = 'password' AND user_id = (SELECT id FROM users WHERE email = ?)"
  await BINDINGS.DB.prepare(update).bind(hash, email).run()
}

/** A request of `v1` from an address of its own. */
export function ask(app: TestApp, method: string, path: string, body?: unknown, token?: string): Promise<Reply> {
  return app.v1(method, path, {
    ip: anyAddress(),
    ...(body !== undefined && { body }),
    ...(token !== undefined && { token }),
  })
}

export async function forget(app: TestApp, email: string): Promise<string> {
  await ask(app, 'POST', '/forgot-password', { email })
  return linkTo(app, email, 'reset-password')
}

export const reset = (app: TestApp, token: string, password: string = NEW_PASSWORD) =>
  ask(app, 'POST', '/reset-password', { token, password })

/** Asks for another address and returns the token mailed to it. */
export async function askToMove(app: TestApp, session: string, to: string, password: string = PASSWORD): Promise<string> {
  const reply = await ask(app, 'POST', '/change-email', { email: to, password }, session)
  if (reply.status !== 200) throw new Error(`change refused: ${reply.text}`)
  return linkTo(app, to, 'confirm-email-change')
}

/** Moves the account to another address and returns the token that takes it back. */
export async function move(app: TestApp, session: string, from: string, to: string): Promise<string> {
  const reply = await ask(app, 'POST', '/confirm-email-change', { token: await askToMove(app, session, to) })
  if (reply.status !== 200) throw new Error(`confirmation refused: ${reply.text}`)
  return linkTo(app, from, 'undo-email-change')
}

export async function isLive(app: TestApp, token: string): Promise<boolean> {
  return (await app.v1('GET', '/me', { token })).status === 200
}

export async function signInStatus(app: TestApp, email: string, password: string = PASSWORD): Promise<number> {
  return (await ask(app, 'POST', '/login', { email, password })).status
}
