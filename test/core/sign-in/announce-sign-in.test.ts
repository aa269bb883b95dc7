// The mail about a sign-in from a device that none of the sessions before came from.
import { describe, expect, it } from 'vitest'
import { breakableBindings } from '../../suites/faults/intercepted-bindings.ts'
import { subjectsTo } from '../../support/account-fixtures.ts'
import { PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { createPinAccount, pinLogin } from '../../support/http/cookie-browser.ts'

const HOME = '192.0.2.10'
const ELSEWHERE = '198.51.100.7'
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36'
const SUBJECT = 'New sign-in to your account'

const signIn = (app: TestApp, email: string, ip: string, userAgent: string, password = PASSWORD) =>
  app.v1('POST', '/login', { body: { email, password }, ip, headers: { 'User-Agent': userAgent } })

const told = async (app: TestApp, email: string) => (await subjectsTo(app, email)).filter((subject) => subject === SUBJECT).length

describe('a sign-in from an unknown device', () => {
  it('buries no mailbox, however often somebody with the password signs in', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    for (let count = 0; count < 25; count += 1) await signIn(app, email, `198.51.${count}.7`, FIREFOX)
    expect(await told(app, email)).toBe(20)
    app.clock.advance(3600)
    await signIn(app, email, '203.0.113.7', FIREFOX)
    expect(await told(app, email)).toBe(21)
  })

  it('is told, with the kind of device and the address, but never the very first one', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    await signIn(app, email, HOME, FIREFOX)
    expect(await told(app, email)).toBe(0)
    await signIn(app, email, ELSEWHERE, CHROME)
    expect(await told(app, email)).toBe(1)
    const [mail] = await app.mailTo(email)
    expect(mail?.text).toContain('Chrome, Windows')
    expect(mail?.text).toContain(ELSEWHERE)
    expect(mail?.text).not.toContain('Mozilla')
  })

  it('is known from then on, and so is any version of the program and any address of the network', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    await signIn(app, email, HOME, FIREFOX)
    await signIn(app, email, ELSEWHERE, FIREFOX)
    await signIn(app, email, ELSEWHERE, FIREFOX)
    await signIn(app, email, '192.0.2.200', FIREFOX.replaceAll('140', '141'))
    expect(await told(app, email)).toBe(1)
  })

  it('is told of a sign-in by PIN and by the stable face as well', async () => {
    const app = await startApp()
    const { email, username } = await createPinAccount(app)
    await signIn(app, email, HOME, FIREFOX)
    await pinLogin(app, username, undefined, { ip: ELSEWHERE })
    expect(await told(app, email)).toBe(1)
    await app.request('POST', '/api/stable/auth/login', { body: { username, password: PASSWORD }, ip: '203.0.113.1' })
    expect(await told(app, email)).toBe(2)
  })

  it('is not told where the password was wrong', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    await signIn(app, email, HOME, FIREFOX)
    expect((await signIn(app, email, ELSEWHERE, CHROME, 'wrong password')).status).toBe(401)
    expect(await told(app, email)).toBe(0)
  })

  it('is let in although its mail cannot be queued', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const email = await app.createAccount()
    await signIn(app, email, HOME, FIREFOX)
    await app.settle()
    fault.store = 'database'
    fault.matches = ({ method }) => method === 'batch'
    expect((await signIn(app, email, ELSEWHERE, CHROME)).status).toBe(200)
    await app.settle()
    expect(app.log.map(({ event }) => event)).toContain('deferred work failed')
  })
})
