// Who has proved something is not a stranger: what a hundred guesses of others do not keep an account's owner from.
import { describe, expect, it } from 'vitest'
import { interceptBindings, type StoreCall } from '../../suites/faults/intercepted-bindings.ts'
import { forget, linkTo, NEW_PASSWORD } from '../../support/account-fixtures.ts'
import { DAY, HOUR, tally, times } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'

const VARS = { MAX_PENDING_HASHES: '64', LIMIT_ACCOUNT_FAILURES_PER_HOUR: '10', ACCESS_TOKEN_TTL_SECONDS: '86400' }
const EMAIL = 'ada@example.com'

async function startOwned(bindings = {}) {
  const app = await startApp({ vars: VARS, bindings })
  await app.createAccount({ email: EMAIL, username: 'ada' })
  const home = anyAddress()
  const { access_token: token } = await app.signIn(EMAIL, PASSWORD, { ip: home })
  await app.settle()
  return { app, home, token }
}

type Name = { readonly email: string } | { readonly username: string }

const signIn = (app: TestApp, name: Name, ip: string, password: string = PASSWORD) =>
  app.v1('POST', '/login', { body: { ...name, password }, ip })

/** As many guesses of strangers as an account takes in an hour, under every name it has. */
async function besiege(app: TestApp, ...names: readonly Name[]): Promise<void> {
  for (const name of names) {
    const replies = await times(12, () => signIn(app, name, anyAddress(), 'a guess'))
    expect(tally(replies)).toEqual({ 401: 10, 429: 2 })
  }
}

describe('after as many guesses of strangers as an account takes in an hour', () => {
  it('a signed-in owner on a new network changes the password and reauthenticates', async () => {
    const { app, token } = await startOwned()
    await besiege(app, { email: EMAIL }, { username: 'ada' })
    const ip = anyAddress()
    expect((await app.v1('POST', '/reauthenticate', { body: { password: PASSWORD }, token, ip })).status).toBe(200)
    const body = { current_password: PASSWORD, new_password: NEW_PASSWORD }
    expect((await app.v1('POST', '/change-password', { body, token, ip })).status).toBe(200)
    // And is known there from then on.
    await app.settle()
    expect((await signIn(app, { email: EMAIL }, ip, NEW_PASSWORD)).status).toBe(200)
  })

  it('the address that has just reset the password by mail signs in', async () => {
    const { app } = await startOwned()
    await besiege(app, { email: EMAIL }, { username: 'ada' })
    const ip = anyAddress()
    const link = await forget(app, EMAIL)
    expect((await app.v1('POST', '/reset-password', { body: { token: link, password: NEW_PASSWORD }, ip })).status).toBe(200)
    expect((await signIn(app, { email: EMAIL }, ip, NEW_PASSWORD)).status).toBe(200)
    expect((await signIn(app, { username: 'ada' }, ip, NEW_PASSWORD)).status).toBe(200)
    expect((await signIn(app, { email: EMAIL }, anyAddress(), NEW_PASSWORD)).status).toBe(429)
  })

  it('an owner known by the e-mail address signs in by username from there, and the other way round', async () => {
    const { app, home } = await startOwned()
    const work = anyAddress()
    expect((await signIn(app, { username: 'ada' }, work)).status).toBe(200)
    await besiege(app, { email: EMAIL }, { username: 'ada' })
    expect((await signIn(app, { username: 'ada' }, home)).status).toBe(200)
    expect((await signIn(app, { email: EMAIL }, work)).status).toBe(200)
    expect((await signIn(app, { email: EMAIL }, anyAddress())).status).toBe(429)
  })

  it('an owner is still known after a change of address and of username', async () => {
    const { app, home, token } = await startOwned()
    await app.v1('POST', '/change-email', { body: { email: 'moved@example.com', password: PASSWORD }, token, ip: home })
    const link = await linkTo(app, 'moved@example.com', 'confirm-email-change')
    expect((await app.v1('POST', '/confirm-email-change', { body: { token: link } })).status).toBe(200)
    expect((await app.v1('PATCH', '/me', { body: { username: 'countess' }, token, ip: home })).status).toBe(200)
    await besiege(app, { email: 'moved@example.com' }, { username: 'countess' })
    expect((await signIn(app, { email: 'moved@example.com' }, home)).status).toBe(200)
    expect((await signIn(app, { username: 'countess' }, home)).status).toBe(200)
  })

  it('an address is not known for ever, and a PIN makes none known', async () => {
    const { app, home } = await startOwned()
    app.clock.advance(30 * DAY + 1)
    await besiege(app, { username: 'ada' })
    expect((await signIn(app, { username: 'ada' }, home)).status).toBe(429)
  })

  it('strangers learn nothing: an account and a name that nobody has cost the same calls', async () => {
    const calls: StoreCall[] = []
    const { app } = await startOwned(
      interceptBindings((call, run) => {
        calls.push(call)
        return run()
      }),
    )
    await besiege(app, { email: EMAIL }, { email: 'nobody@example.com' })
    await app.settle()
    const callsOf = async (email: string) => {
      calls.length = 0
      const reply = await signIn(app, { email }, anyAddress(), 'a guess')
      await app.settle()
      return [reply.status, reply.headers.get('Retry-After'), calls.map(({ store, method }) => `${store} ${method}`).sort()]
    }
    expect(await callsOf(EMAIL)).toEqual(await callsOf('nobody@example.com'))
  })
})

describe('a live session', () => {
  it('cannot guess the password for ever, from however many addresses', async () => {
    const { app, token } = await startOwned()
    const guess = () => app.v1('POST', '/reauthenticate', { body: { password: 'a guess' }, token, ip: anyAddress() })
    expect(tally(await times(60, guess))).toEqual({ 401: 5, 429: 55 })
    app.clock.advance(HOUR)
    expect((await app.v1('POST', '/reauthenticate', { body: { password: PASSWORD }, token })).status).toBe(200)
  })

  it('that guessed wrong does not keep its user from signing in', async () => {
    const { app, token, home } = await startOwned()
    for (let count = 0; count < 6; count += 1) {
      await app.v1('POST', '/reauthenticate', { body: { password: 'a guess' }, token, ip: home })
    }
    expect((await signIn(app, { email: EMAIL }, home)).status).toBe(200)
  })
})
