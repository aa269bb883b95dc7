// The same behaviour behind every face: sign-in, renewal, sign-out, lockout, enumeration, outage. And the same whatever is set for
// clients as they are: with nothing, with each setting that concerns a face's clients, and with all of them.
import { describe, expect, it } from 'vitest'
import { type AppOptions, BINDINGS, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { breakableBindings } from '../faults/intercepted-bindings.ts'
import { DRIVERS, type Driver, type Identity, PIN, type Session } from './drivers.ts'
import { COLUMNS, type Column } from './settings.ts'

const BEYHAN: Identity = { username: 'Beyhan Oğur', email: 'beyhan@example.com' }

async function createAccount(app: TestApp): Promise<string> {
  const email = await app.createAccount({ ...BEYHAN })
  const { access_token: token } = await app.signIn(email)
  const set = await app.v1('PUT', '/pin', { token, body: { pin: PIN, current_password: PASSWORD } })
  if (set.status !== 200) throw new Error(`PIN not set: ${set.text}`)
  return email
}

async function signIn(driver: Driver, app: TestApp): Promise<Session> {
  const { session, outcome } = await driver.signIn(app, BEYHAN, driver.secret)
  if (!session) throw new Error(`${driver.name} did not sign in: ${outcome}`)
  return session
}

const CELLS = DRIVERS.flatMap((driver) => {
  const columns: readonly Column[] = ['nothing', ...driver.columns, 'all of them']
  return columns.map((column) => ({ name: driver.name, column, driver }))
})

describe.each(CELLS)('$name with $column set', ({ driver, column }) => {
  const start = (options: AppOptions = {}) => startApp({ ...options, vars: COLUMNS[column] })

  it('signs in with the right secret, in whatever case the name is typed, and the credential counts', async () => {
    const app = await start()
    await createAccount(app)
    const { session, outcome } = await driver.signIn(app, { username: 'beyhan oğur', email: 'BEYHAN@Example.com' }, driver.secret)
    expect(outcome).toBe('ok')
    expect(session && (await driver.check(app, session))).toBe('ok')
  })

  it('says the same of a wrong secret, of an unknown name and of a registration that is not confirmed', async () => {
    const app = await start()
    await createAccount(app)
    await app.v1('POST', '/register', { body: { email: 'pending@example.com', username: 'pending', password: PASSWORD } })
    const wrong = await driver.signIn(app, BEYHAN, '999999')
    expect(wrong.outcome).toBe('refused')
    for (const name of ['nobody', 'pending']) {
      const stranger = { username: name, email: `${name}@example.com` }
      expect((await driver.signIn(app, stranger, driver.secret)).said).toEqual(wrong.said)
    }
  })

  it('renews what a client holds, and the new credential counts', async () => {
    const app = await start()
    await createAccount(app)
    const renewed = await driver.renew(app, await signIn(driver, app))
    expect(renewed.outcome).toBe('ok')
    expect(renewed.session && (await driver.check(app, renewed.session))).toBe('ok')
  })

  it('refuses everything of a session once it is signed out', async () => {
    const app = await start()
    await createAccount(app)
    const session = await signIn(driver, app)
    const other = await signIn(driver, app)
    expect(await driver.signOut(app, session)).toBe('ok')
    expect(await driver.check(app, session)).toBe('refused')
    expect((await driver.renew(app, session)).outcome).toBe('refused')
    expect(await driver.signOut(app, session)).toBe(driver.signedOutBefore)
    expect(await driver.check(app, session)).toBe('refused')
    expect(await driver.check(app, other)).toBe('ok')
  })

  it('is ended by revoke-all of v1, like every session of the user', async () => {
    const app = await start()
    const email = await createAccount(app)
    const session = await signIn(driver, app)
    const { access_token: token } = await app.signIn(email)
    expect((await app.v1('POST', '/revoke-all', { token })).status).toBe(200)
    expect(await driver.check(app, session)).toBe('refused')
    expect((await driver.renew(app, session)).outcome).toBe('refused')
  })

  it('judges five wrong secrets of a burst of twenty from one address, and none before the minute is over', async () => {
    const app = await start()
    await createAccount(app)
    const burst = await Promise.all(Array.from({ length: 20 }, () => driver.signIn(app, BEYHAN, '999999', '192.0.2.77')))
    expect(burst.filter(({ outcome }) => outcome === 'refused')).toHaveLength(5)
    expect(burst.filter(({ outcome }) => outcome === 'limited')).toHaveLength(15)
    app.clock.advance(59)
    expect((await driver.signIn(app, BEYHAN, driver.secret, '192.0.2.77')).outcome).toBe('limited')
    app.clock.advance(1)
    expect((await driver.signIn(app, BEYHAN, driver.secret, '192.0.2.77')).outcome).toBe('ok')
  })

  it('tells of a disabled account only after the right secret, and refuses its sessions at once', async () => {
    const app = await start()
    await createAccount(app)
    const session = await signIn(driver, app)
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = 1, session_epoch = session_epoch + 1').run()
    expect(await driver.check(app, session)).toBe('refused')
    expect((await driver.renew(app, session)).outcome).toBe('refused')
    expect((await driver.signIn(app, BEYHAN, '999999')).outcome).toBe('refused')
    expect((await driver.signIn(app, BEYHAN, driver.secret)).outcome).toBe('disabled')
  })

  it.each(['database', 'ledger', 'limiter'] as const)(
    'calls an outage of the %s an outage, never a refusal, and goes on after it',
    async (store) => {
      const { bindings, fault } = breakableBindings()
      const app = await start({ bindings })
      await createAccount(app)
      const session = await signIn(driver, app)
      fault.store = store
      expect((await driver.signIn(app, BEYHAN, driver.secret)).outcome).toBe('unavailable')
      if (store !== 'limiter') {
        expect(await driver.check(app, session)).toBe('unavailable')
        expect((await driver.renew(app, session)).outcome).toBe('unavailable')
      }
      fault.store = null
      expect(await driver.check(app, session)).toBe('ok')
      expect((await driver.signIn(app, BEYHAN, driver.secret)).outcome).toBe('ok')
    },
  )
})
