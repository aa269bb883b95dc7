// What happens to an account at the same time as something else: whatever comes first, nobody is left inside who should be
// out, and nothing is half done.
import { describe, expect, it } from 'vitest'
import { interceptBindings, type StoreCall } from '../../suites/faults/intercepted-bindings.ts'
import {
  ask,
  askToMove,
  forget,
  isLive,
  move,
  NEW_PASSWORD,
  reset,
  signInStatus,
  storePasswordHash,
} from '../../support/account-fixtures.ts'
import { rows, times } from '../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp } from '../../support/harness.ts'

/** An app in which the next call that matches waits until `release` is called, its work not done yet. */
async function startHeld() {
  let matches: (call: StoreCall) => boolean = () => false
  let release = () => {}
  let held = Promise.resolve()
  let reached = () => {}
  const bindings = interceptBindings(async (call, run) => {
    if (matches(call)) {
      matches = () => false
      reached()
      await held
    }
    return run()
  })
  const app = await startApp({ bindings })
  /** Resolves when a call is being held. */
  function holdNext(match: (call: StoreCall) => boolean): Promise<void> {
    matches = match
    held = new Promise((resolve) => {
      release = resolve
    })
    return new Promise((resolve) => {
      reached = resolve
    })
  }
  return { app, holdNext, release: () => release() }
}

const isLedgerCreate = ({ store, method }: StoreCall) => store === 'ledger' && method === 'create'
const isBatchOf = (words: string) => (call: StoreCall) => call.method === 'batch' && call.text.includes(words)

describe('a sign-in under way', () => {
  it('leads nowhere when a reset comes before its session is made', async () => {
    const { app, holdNext, release } = await startHeld()
    const email = await app.createAccount()
    const link = await forget(app, email)
    const isHeld = holdNext(isLedgerCreate)
    const signingIn = ask(app, 'POST', '/login', { email, password: PASSWORD })
    await isHeld
    expect((await reset(app, link)).status).toBe(200)
    release()
    const { status, body } = await signingIn
    expect(status).toBe(200)
    expect(await isLive(app, body.access_token)).toBe(false)
    expect((await ask(app, 'POST', '/refresh', { refresh_token: body.refresh_token })).status).toBe(401)
  })

  it('leads nowhere, and leaves no trace, when the account is deleted before its session is made', async () => {
    const { app, holdNext, release } = await startHeld()
    const email = await app.createAccount()
    const { access_token: token, user } = await app.signIn(email)
    const isHeld = holdNext(isLedgerCreate)
    const signingIn = ask(app, 'POST', '/login', { email, password: PASSWORD })
    await isHeld
    expect((await ask(app, 'DELETE', '/me', { password: PASSWORD }, token)).status).toBe(200)
    release()
    const { status, body } = await signingIn
    expect(status).toBe(200)
    expect(await isLive(app, body.access_token)).toBe(false)
    const sessions = await BINDINGS.SESSION_LEDGER.getByName(user.id.replaceAll('-', '')).list()
    expect(sessions.map(({ ip, revokedAt }) => [ip, revokedAt === null])).toEqual([
      ['', false],
      ['', false],
    ])
  })

  it('is counted in nobody’s favour when many sign-ins meet a reset', async () => {
    const app = await startApp({ vars: { MAX_PENDING_HASHES: '64' } })
    const email = await app.createAccount()
    const link = await forget(app, email)
    const signingIn = times(10, () => ask(app, 'POST', '/login', { email, password: PASSWORD }))
    const [replies, { status }] = await Promise.all([signingIn, reset(app, link)])
    expect(status).toBe(200)
    for (const reply of replies) {
      if (reply.status === 200) expect(await isLive(app, reply.body.access_token)).toBe(false)
      else expect(reply.status).toBe(401)
    }
    expect(await signInStatus(app, email, NEW_PASSWORD)).toBe(200)
  })
})

describe('a change under way in a session', () => {
  it.each([
    ['POST', '/change-password', { current_password: PASSWORD, new_password: 'by the thief' }, 'max(session_epoch'],
    ['POST', '/change-email', { email: 'thief@example.com', password: PASSWORD }, "'change_email'"],
    ['PATCH', '/me', { first_name: 'Thief' }, 'UPDATE users'],
    ['DELETE', '/me', { password: PASSWORD }, 'DELETE FROM users'],
    ['PUT', '/pin', { pin: '2580', current_password: PASSWORD }, "'pin'"],
    ['DELETE', '/pin', undefined, "'pin'"],
  ])('%s %s does nothing when a reset comes before it', async (method, path, body, words) => {
    const { app, holdNext, release } = await startHeld()
    const email = await app.createAccount({ first_name: 'Ada' })
    const { access_token: token } = await app.signIn(email)
    const link = await forget(app, email)
    await app.settle()
    const isHeld = holdNext(isBatchOf(words))
    const changing = ask(app, method, path, body, token)
    await isHeld
    expect((await reset(app, link)).status).toBe(200)
    release()
    expect((await changing).status).toBe(401)
    expect(await signInStatus(app, email, NEW_PASSWORD)).toBe(200)
    expect(await rows('SELECT email, first_name, kind FROM users JOIN credentials ON user_id = users.id')).toEqual([
      { email, first_name: 'Ada', kind: 'password' },
    ])
    expect(await rows("SELECT 1 FROM one_time_tokens WHERE purpose = 'change_email'")).toEqual([])
    expect(await app.mailTo('thief@example.com')).toEqual([])
    // Nobody is told of what has not happened: the one notice is the reset's own.
    expect(await rows("SELECT recipient FROM outbox WHERE purpose = 'notice'")).toEqual([{ recipient: email }])
  })

  it.each([
    ['POST', '/change-password', { current_password: PASSWORD, new_password: NEW_PASSWORD }, 'max(session_epoch'],
    ['POST', '/change-email', { email: 'moved@example.com', password: PASSWORD }, "'change_email'"],
    ['PATCH', '/me', { first_name: 'Grace' }, 'UPDATE users'],
    ['DELETE', '/me', { password: PASSWORD }, 'DELETE FROM users'],
    ['PUT', '/pin', { pin: '2580', current_password: PASSWORD }, "'pin'"],
    ['DELETE', '/pin', undefined, "'pin'"],
  ])('%s %s is done although the same password is hashed anew meanwhile', async (method, path, body, words) => {
    const { app, holdNext, release } = await startHeld()
    const email = await app.createAccount()
    const { access_token: token } = await app.signIn(email)
    const isHeld = holdNext(isBatchOf(words))
    const changing = ask(app, method, path, body, token)
    await isHeld
    await storePasswordHash(email, '$another$of the same')
    release()
    expect((await changing).status).toBe(200)
  })

  it('of the password does not keep a session that a reset in between has ended', async () => {
    const { app, holdNext, release } = await startHeld()
    const email = await app.createAccount()
    const { access_token: token } = await app.signIn(email)
    const isHeld = holdNext(({ method }) => method === 'revokeAll')
    const changing = ask(app, 'POST', '/change-password', { current_password: PASSWORD, new_password: 'in between' }, token)
    await isHeld
    expect((await reset(app, await forget(app, email))).status).toBe(200)
    release()
    expect((await changing).status).toBe(200)
    expect(await isLive(app, token)).toBe(false)
    expect(await signInStatus(app, email, NEW_PASSWORD)).toBe(200)
  })

  it('and a reset at once leave one password, which the tokens that live belong to', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const { access_token: token } = await app.signIn(email)
    const link = await forget(app, email)
    const [changed, wasReset] = await Promise.all([
      ask(app, 'POST', '/change-password', { current_password: PASSWORD, new_password: 'by the session' }, token),
      reset(app, link),
    ])
    // A change that comes first takes the link away; a reset that comes first takes the session away.
    expect([changed.status === 200, wasReset.status === 200].sort()).toEqual([false, true])
    expect(await isLive(app, token)).toBe(changed.status === 200)
    expect(await signInStatus(app, email, changed.status === 200 ? 'by the session' : NEW_PASSWORD)).toBe(200)
  })
})

describe('links that meet', () => {
  it('of a change of address and a reset leave an account with one address and one way in', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const { access_token: token } = await app.signIn(email)
    const [change, link] = [await askToMove(app, token, 'moved@example.com'), await forget(app, email)]
    const [moved, wasReset] = await Promise.all([ask(app, 'POST', '/confirm-email-change', { token: change }), reset(app, link)])
    expect([moved.status === 200, wasReset.status === 200].sort()).toEqual([false, true])
    const isMoved = moved.status === 200
    expect(await signInStatus(app, isMoved ? 'moved@example.com' : email, isMoved ? PASSWORD : NEW_PASSWORD)).toBe(200)
    expect(await rows('SELECT 1 FROM users')).toHaveLength(1)
  })

  it('of an undoing and a registration of the old address leave it to one of the two', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const undo = await move(app, (await app.signIn(email)).access_token, email, 'moved@example.com')
    await app.v1('POST', '/register', { body: { email, password: NEW_PASSWORD }, ip: anyAddress() })
    const verification = await app.mailedToken(email)
    const [undone, verified] = await Promise.all([
      ask(app, 'POST', '/undo-email-change', { token: undo }),
      ask(app, 'GET', `/verify-email?token=${verification}`),
    ])
    expect([undone.status, verified.status].sort()).toEqual([200, 400])
    expect(await rows('SELECT 1 FROM users WHERE email = ?', email)).toHaveLength(1)
  })
})
