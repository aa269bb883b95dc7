// Another address: the link to the new one, what its confirmation changes, and each way in which it does not count.
import { describe, expect, it } from 'vitest'
import { breakableBindings } from '../../suites/faults/intercepted-bindings.ts'
import {
  ask,
  askToMove,
  isLive,
  linksTo,
  linkTo,
  move,
  NEW_PASSWORD,
  signInStatus,
  subjectsTo,
  UNKNOWN_TOKEN,
} from '../../support/account-fixtures.ts'
import { DAY, rows, times } from '../../support/fixtures.ts'
import { anyAddress, BINDINGS, PASSWORD, startApp } from '../../support/harness.ts'
import { expectRefusal, REFUSED } from '../../support/http/v1-shapes.ts'

const OLD = 'old@example.com'
const NEW = 'new@example.com'

async function startSignedIn() {
  const app = await startApp()
  await app.createAccount({ email: OLD, username: 'ada' })
  const { access_token: token } = await app.signIn(OLD)
  return { app, token }
}

const confirm = (app: Awaited<ReturnType<typeof startApp>>, token: string) => ask(app, 'POST', '/confirm-email-change', { token })

describe('POST /change-email', () => {
  it('changes nothing by itself but mails a link to the new address, and nothing to the old one', async () => {
    const { app, token } = await startSignedIn()
    const reply = await ask(app, 'POST', '/change-email', { email: 'NEW@Example.com', password: PASSWORD }, token)
    expect([reply.status, reply.body]).toEqual([200, { message: 'a mail with a link has been sent to the new address' }])
    expect(await linksTo(app, NEW, 'confirm-email-change')).toHaveLength(1)
    expect(await subjectsTo(app, OLD)).toEqual(['Confirm your e-mail address'])
    expect(await signInStatus(app, NEW)).toBe(401)
    expect((await app.v1('GET', '/me', { token })).body.user.email).toBe(OLD)
  })

  it('tells the owner of an address that is taken, and stores no link to it', async () => {
    const { app, token } = await startSignedIn()
    await app.createAccount({ email: NEW })
    expect((await ask(app, 'POST', '/change-email', { email: NEW, password: PASSWORD }, token)).status).toBe(200)
    expect(await linksTo(app, NEW, 'confirm-email-change')).toEqual([])
    expect((await subjectsTo(app, NEW))[0]).toBe('You already have an account')
    expect(await rows("SELECT 1 FROM one_time_tokens WHERE purpose = 'change_email'")).toEqual([])
  })

  it('lets a later request take the place of the one before', async () => {
    const { app, token } = await startSignedIn()
    const first = await askToMove(app, token, 'first@example.com')
    const second = await askToMove(app, token, 'second@example.com')
    expectRefusal(await confirm(app, first), REFUSED.invalidLink)
    expect((await confirm(app, second)).status).toBe(200)
  })

  it.each([
    [{ email: NEW }, ['password']],
    [{ email: 'no address', password: PASSWORD }, ['email']],
    [{ password: PASSWORD }, ['email']],
    [{ email: 'OLD@example.com', password: PASSWORD }, ['email']],
    [{ email: NEW, password: 1 }, ['password']],
  ])('answers 400 to %j and names the member', async (body, fields) => {
    const { app, token } = await startSignedIn()
    const reply = await ask(app, 'POST', '/change-email', body, token)
    expect([reply.status, reply.body.errors.map(({ field }: { field: string }) => field)]).toEqual([400, fields])
  })

  it('refuses the wrong password, limited like a sign-in, and mails nothing', async () => {
    const { app, token } = await startSignedIn()
    const ip = anyAddress()
    const guess = (password: string) => app.v1('POST', '/change-email', { body: { email: NEW, password }, token, ip })
    for (let count = 0; count < 5; count += 1) expectRefusal(await guess('not this one'), REFUSED.invalidCredentials)
    expect((await guess(PASSWORD)).status).toBe(429)
    expect(await app.mailTo(NEW)).toEqual([])
    expectRefusal(await ask(app, 'POST', '/change-email', { email: NEW, password: PASSWORD }), REFUSED.unauthorized)
  })

  it('is capped by recipient like other mail, without another answer', async () => {
    const { app, token } = await startSignedIn()
    const answers = new Set<string>()
    for (let count = 0; count < 7; count += 1) {
      const reply = await app.v1('POST', '/change-email', {
        body: { email: NEW, password: PASSWORD },
        token,
        ip: '198.51.100.9',
      })
      answers.add(`${reply.status} ${reply.text}`)
    }
    expect(answers.size).toBe(1)
    expect(await app.mailTo(NEW)).toHaveLength(5)
  })

  it('leaves the last link that was mailed alive when a cap holds the next mail back, but none to another address', async () => {
    const { app, token } = await startSignedIn()
    const ip = anyAddress()
    const askFor = (email: string) => app.v1('POST', '/change-email', { body: { email, password: PASSWORD }, token, ip })
    for (let count = 0; count < 5; count += 1) await askFor(NEW)
    const capped = await linkTo(app, NEW, 'confirm-email-change')
    const other = await askToMove(app, token, 'other@example.com')
    expectRefusal(await confirm(app, capped), REFUSED.invalidLink)
    expect((await askFor(NEW)).status).toBe(200)
    expectRefusal(await confirm(app, other), REFUSED.invalidLink)
    app.clock.advance(3600)
    const { access_token: session } = await app.signIn(OLD)
    const again = (email: string) => app.v1('POST', '/change-email', { body: { email, password: PASSWORD }, token: session, ip })
    for (let count = 0; count < 6; count += 1) expect((await again('other@example.com')).status).toBe(200)
    const last = await linkTo(app, 'other@example.com', 'confirm-email-change')
    expect(await app.mailTo('other@example.com')).toHaveLength(6)
    expect((await confirm(app, last)).status).toBe(200)
  })
})

describe('POST /confirm-email-change', () => {
  it('gives the account the new address, proven, with its username and sessions, and tells the old one', async () => {
    const { app, token } = await startSignedIn()
    const reply = await confirm(app, await askToMove(app, token, NEW))
    expect([reply.status, reply.body]).toEqual([200, { message: 'Email changed' }])
    expect(await isLive(app, token)).toBe(true)
    expect((await app.v1('GET', '/me', { token })).body.user).toMatchObject({ email: NEW, email_verified: true, username: 'ada' })
    expect([await signInStatus(app, OLD), await signInStatus(app, NEW)]).toEqual([401, 200])
    expect((await subjectsTo(app, OLD))[0]).toBe('Your e-mail address was changed')
    expect(await linksTo(app, OLD, 'undo-email-change')).toHaveLength(1)
    expect(await rows('SELECT email, expires_at FROM username_claims')).toEqual([{ email: NEW, expires_at: null }])
  })

  it('frees the old address when it can no longer take the account back', async () => {
    const { app, token } = await startSignedIn()
    await move(app, token, OLD, NEW)
    app.clock.advance(7 * DAY)
    await app.createAccount({ email: OLD, password: NEW_PASSWORD })
    expect([await signInStatus(app, OLD, NEW_PASSWORD), await signInStatus(app, NEW)]).toEqual([200, 200])
  })

  it('ends registrations of the new address, with their links', async () => {
    const { app, token } = await startSignedIn()
    await ask(app, 'POST', '/register', { email: NEW, password: NEW_PASSWORD, username: 'squatter' })
    const verification = await linkTo(app, NEW, 'verify-email')
    expect((await confirm(app, await askToMove(app, token, NEW))).status).toBe(200)
    expectRefusal(await ask(app, 'GET', `/verify-email?token=${verification}`), REFUSED.invalidLink)
    expect(await signInStatus(app, NEW, NEW_PASSWORD)).toBe(401)
    expect(await rows('SELECT 1 FROM registrations')).toEqual([])
  })

  it('does not count once the address is somebody else’s', async () => {
    const { app, token } = await startSignedIn()
    const link = await askToMove(app, token, NEW)
    await app.createAccount({ email: NEW, password: NEW_PASSWORD })
    expectRefusal(await confirm(app, link), REFUSED.invalidLink)
    expect((await app.v1('GET', '/me', { token })).body.user.email).toBe(OLD)
  })

  it('of two accounts for one address lets the first confirmation win', async () => {
    const { app, token } = await startSignedIn()
    const other = await app.signIn(await app.createAccount())
    const links = [await askToMove(app, token, NEW), await askToMove(app, other.access_token, NEW)] as const
    const replies = await Promise.all(links.map((link) => confirm(app, link)))
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 400])
    expect(await rows('SELECT 1 FROM users WHERE email = ?', NEW)).toHaveLength(1)
    expect(await rows('SELECT 1 FROM users')).toHaveLength(2)
  })

  it('races a registration of the address: one of the two has it in the end', async () => {
    const { app, token } = await startSignedIn()
    await ask(app, 'POST', '/register', { email: NEW, password: NEW_PASSWORD })
    const [change, verification] = [await askToMove(app, token, NEW), await linkTo(app, NEW, 'verify-email')]
    const [changed, verified] = await Promise.all([confirm(app, change), ask(app, 'GET', `/verify-email?token=${verification}`)])
    expect([changed.status, verified.status].sort()).toEqual([200, 400])
    expect(await signInStatus(app, NEW)).toBe(changed.status === 200 ? 200 : 401)
    expect(await signInStatus(app, NEW, NEW_PASSWORD)).toBe(verified.status === 200 ? 200 : 401)
  })

  it('says the same again within the life of the link, mails once, and counts for a day', async () => {
    const { app, token } = await startSignedIn()
    const link = await askToMove(app, token, NEW)
    const replies = await times(4, () => confirm(app, link))
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(await linksTo(app, OLD, 'undo-email-change')).toHaveLength(1)
    app.clock.advance(DAY - 1)
    expect((await confirm(app, link)).status).toBe(200)
    app.clock.advance(1)
    expectRefusal(await confirm(app, link), REFUSED.invalidLink)
  })

  it('does not count for a disabled account, nor for what is no token of this kind', async () => {
    const { app, token } = await startSignedIn()
    const link = await askToMove(app, token, NEW)
    for (const other of [UNKNOWN_TOKEN, '', 'x']) expectRefusal(await confirm(app, other), REFUSED.invalidLink)
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = 1').run()
    expectRefusal(await confirm(app, link), REFUSED.invalidLink)
    expect(await rows('SELECT email FROM users')).toEqual([{ email: OLD }])
  })

  it('tells the same after a lost answer', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    await app.createAccount({ email: OLD })
    const link = await askToMove(app, (await app.signIn(OLD)).access_token, NEW)
    fault.store = 'database'
    fault.how = 'loses its answer'
    fault.matches = ({ method }) => method === 'batch'
    expectRefusal(await confirm(app, link), REFUSED.unavailable)
    fault.store = null
    expect((await confirm(app, link)).status).toBe(200)
    expect(await signInStatus(app, NEW)).toBe(200)
    expect(await linksTo(app, OLD, 'undo-email-change')).toHaveLength(1)
  })
})
