import { describe, expect, it } from 'vitest'
import { breakableBindings } from '../../suites/faults/intercepted-bindings.ts'
import { countRows, DAY, rows, tally, times } from '../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { submit } from '../../support/http/page-browser.ts'

const EMAIL = 'ada@example.com'

async function registeredLink(app: TestApp, form: Readonly<Record<string, unknown>> = {}): Promise<string> {
  await app.v1('POST', '/register', { body: { email: EMAIL, password: PASSWORD, ...form }, ip: anyAddress() })
  return app.mailedToken(EMAIL)
}

function confirm(app: TestApp, token: string) {
  return app.v1('GET', `/verify-email?token=${token}`)
}

function openPage(app: TestApp, token: string) {
  return app.request('GET', `/verify-email?token=${token}`)
}

/** In a browser that has not registered. */
function sendForm(app: TestApp, token: string) {
  return submit(app, '/verify-email', { token, password: PASSWORD })
}

describe('a mailed link', () => {
  it('says the same again within its life, and 400 from the moment it is over', async () => {
    const app = await startApp()
    const link = await registeredLink(app)
    const first = await confirm(app, link)
    expect([first.status, first.body]).toEqual([200, { message: 'email verified successfully' }])
    app.clock.advance(DAY - 1)
    expect((await confirm(app, link)).status).toBe(200)
    app.clock.advance(1)
    expect(await confirm(app, link)).toMatchObject({ status: 400, body: { code: 'invalid_token' } })
    expect(await countRows('users')).toBe(1)
  })

  it('works to its last second and not at its end', async () => {
    const app = await startApp()
    const link = await registeredLink(app)
    app.clock.advance(DAY)
    expect((await confirm(app, link)).status).toBe(400)
    expect((await openPage(app, link)).status).toBe(400)
    expect((await sendForm(app, link)).status).toBe(400)
    expect(await countRows('users')).toBe(0)
    app.clock.advance(-1)
    expect((await confirm(app, link)).status).toBe(200)
  })

  it('still confirms when housekeeping ran a second before its end, and not when it is over', async () => {
    const app = await startApp()
    const link = await registeredLink(app)
    app.clock.advance(DAY - 1)
    await app.auth.keepHouse()
    expect((await openPage(app, link)).status).toBe(200)
    app.clock.advance(1)
    await app.auth.keepHouse()
    expect((await confirm(app, link)).status).toBe(400)
  })

  it('is refused with 400 when it is missing, malformed or of nobody', async () => {
    const app = await startApp()
    for (const token of ['', 'abc', '0'.repeat(64), '0'.repeat(63), `${'0'.repeat(64)}%00`, '%F0%9F', "'--"]) {
      expect([token, (await confirm(app, token)).status]).toEqual([token, 400])
    }
    expect((await app.v1('GET', '/verify-email')).status).toBe(400)
  })

  it('is not the hash that D1 holds', async () => {
    const app = await startApp()
    await registeredLink(app)
    const [token] = await rows<{ hash: string }>('SELECT hash FROM one_time_tokens')
    expect((await confirm(app, token?.hash ?? '')).status).toBe(400)
  })
})

describe('the page behind the link', () => {
  it('changes nothing when it is opened, however often, and names the registration', async () => {
    const app = await startApp()
    const link = await registeredLink(app, { username: 'Beyhan Oğur' })
    const everything = () =>
      Promise.all(['users', 'registrations', 'one_time_tokens', 'username_claims'].map((t) => rows(`SELECT * FROM ${t}`)))
    const before = await everything()
    for (const page of await times(3, () => openPage(app, link))) {
      expect(page.status).toBe(200)
      expect(page.text).toContain('Beyhan Oğur')
      expect(page.text).toContain(EMAIL)
    }
    expect(await everything()).toEqual(before)
  })

  it('confirms when its form is sent, and says so however often', async () => {
    const app = await startApp()
    const link = await registeredLink(app)
    for (const page of [await sendForm(app, link), await sendForm(app, link), await openPage(app, link)]) {
      expect([page.status, page.text.includes('Your address is confirmed')]).toEqual([200, true])
    }
    await app.signIn(EMAIL)
  })

  it('answers 400 to the link of another registration once one is confirmed', async () => {
    const app = await startApp()
    const other = await registeredLink(app)
    await sendForm(app, await registeredLink(app))
    expect((await openPage(app, other)).status).toBe(400)
    expect((await sendForm(app, other)).status).toBe(400)
  })
})

describe('confirming', () => {
  it('one link 30 times in parallel makes one account and says the same to all', async () => {
    const app = await startApp()
    const link = await registeredLink(app, { username: 'ada' })
    expect(tally(await times(30, () => confirm(app, link)))).toEqual({ 200: 30 })
    expect(await rows('SELECT email, username FROM users')).toEqual([{ email: EMAIL, username: 'ada' }])
  })

  it('again after the acknowledgement was lost says yes, and there is one account', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const link = await registeredLink(app)
    Object.assign(fault, { store: 'database', how: 'loses its answer' })
    const lost = await confirm(app, link)
    expect([lost.status, lost.headers.get('Retry-After')]).toEqual([503, '1'])
    fault.store = null
    expect((await confirm(app, link)).status).toBe(200)
    expect(await countRows('users')).toBe(1)
    await app.signIn(EMAIL)
  })

  it('again after it failed says yes as well', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const link = await registeredLink(app)
    fault.store = 'database'
    expect((await confirm(app, link)).status).toBe(503)
    fault.store = null
    expect(await countRows('users')).toBe(0)
    expect((await confirm(app, link)).status).toBe(200)
  })

  it('is refused when the address has got an account in between', async () => {
    const app = await startApp()
    const link = await registeredLink(app)
    await BINDINGS.DB.prepare(
      "INSERT INTO users (id, email, password_hash, created_at, updated_at) VALUES (?, ?, '$scrypt$', 0, 0)",
    )
      .bind(crypto.randomUUID(), EMAIL)
      .run()
    expect((await confirm(app, link)).status).toBe(400)
    expect((await openPage(app, link)).status).toBe(400)
    expect(await rows('SELECT secret FROM credentials')).toEqual([{ secret: '$scrypt$' }])
  })

  it('is refused when the username has gone to somebody else in between', async () => {
    const app = await startApp()
    const link = await registeredLink(app, { username: 'ada' })
    await BINDINGS.DB.prepare("UPDATE username_claims SET email = 'other@example.com', expires_at = NULL").run()
    expect((await confirm(app, link)).status).toBe(400)
    expect(await countRows('users')).toBe(0)
    expect(await rows('SELECT spent_by FROM one_time_tokens')).toEqual([{ spent_by: null }])
  })

  it('leaves registrations of other addresses alone', async () => {
    const app = await startApp()
    await app.v1('POST', '/register', {
      body: { email: 'other@example.com', password: PASSWORD, username: 'other' },
      ip: anyAddress(),
    })
    await confirm(app, await registeredLink(app, { username: 'ada' }))
    expect((await confirm(app, await app.mailedToken('other@example.com'))).status).toBe(200)
    expect((await app.signIn('other@example.com')).user).toMatchObject({ username: 'other' })
  })
})
