// Why somebody cannot sign in, as it is said days later: after links have ended, mail was forgotten, addresses and names moved on.
import { describe, expect, it } from 'vitest'
import { MailNotTaken } from '../../../src/platform/mail/mail.ts'
import { linkTo, move } from '../../support/account-fixtures.ts'
import { BINDINGS, PASSWORD, startApp } from '../../support/harness.ts'
import { ask, idOf, withSession } from '../../support/http/operator.ts'

describe('GET /users/:id and /registrations, asked why, over days', () => {
  const whyOf = async (app: Awaited<ReturnType<typeof startApp>>, id: string) =>
    (await ask(app, 'GET', `/users/${id}`)).body.cannot_sign_in
  const whyNobody = async (app: Awaited<ReturnType<typeof startApp>>, who: string) =>
    (await ask(app, 'GET', `/registrations?search=${who}`)).body.cannot_sign_in
  const DAY = 86_400
  const bouncing = { keepsMail: false, send: async () => Promise.reject(new MailNotTaken('mailbox_full', { isPermanent: true })) }

  it('does not take a proof link that has expired for one that its user can follow', async () => {
    const app = await startApp()
    const { id } = (await ask(app, 'POST', '/users', { body: { email: 'new@example.com', password: PASSWORD } })).body.user
    await app.v1('POST', '/login', { body: { email: 'new@example.com', password: PASSWORD } })
    await app.settle()
    expect(await whyOf(app, id)).toMatch(/until it is; a link was mailed at \S+, and counts until \S+\.$/)
    app.clock.advance(2 * DAY)
    expect(await whyOf(app, id)).toMatch(/; no link counts: the next sign-in with the right password mails one/)
  })

  it('speaks of every registration of an address, and blames no cap for a mail that the outbox has forgotten', async () => {
    const app = await startApp({ vars: { LIMIT_MAILS_OF_REQUESTER_PER_HOUR: '1' } })
    const register = () => app.v1('POST', '/register', { body: { email: 'a@example.com', password: PASSWORD } })
    await register()
    await app.settle()
    app.clock.advance(60)
    await register()
    await app.settle()
    expect(await whyNobody(app, 'a@example.com')).toMatch(
      /^The registration of \S+ is not confirmed yet; a link was mailed at .* The registration of \S+ is not confirmed yet; no link was mailed for it: /,
    )
    await BINDINGS.DB.exec('DELETE FROM outbox')
    expect(await whyNobody(app, 'a@example.com')).toMatch(
      /; a link of \S+ counts until \S+; its mail is not kept any more\. The registration/,
    )
  })

  it('says of an address and a username that were given up whose they were, and until when they are kept', async () => {
    const app = await startApp()
    const { email, token } = await withSession(app, { username: 'ada' })
    await app.v1('PATCH', '/me', { token, body: { username: 'countess' } })
    expect(await whyNobody(app, 'ada')).toMatch(
      new RegExp(`^The account of ${email} gave this username up, is countess now, and keeps it from others until 2`),
    )
    await move(app, token, email, 'new@example.com')
    expect(await whyNobody(app, email)).toMatch(
      /^The account of this address has moved to new@example\.com\. The address can take it back until \S+, and is nobody else's until then; a link was mailed at/,
    )
  })

  it('does not take the mail with a way back for one that confirms a registration', async () => {
    const app = await startApp()
    const { email, token } = await withSession(app, { username: 'ada' })
    await app.v1('PATCH', '/me', { token, body: { username: 'countess' } })
    await app.v1('DELETE', '/me', { token, body: { password: PASSWORD } })
    await app.v1('POST', '/register', { body: { email, password: PASSWORD } })
    await app.settle()
    expect(await whyNobody(app, email)).toMatch(
      /^The account of this address was deleted\. .* The registration of \S+ is not confirmed yet; it cannot be while the address is kept\.$/,
    )
  })

  it('names the bounced link for a new password of an account that was taken back', async () => {
    const mail = {
      keepsMail: true,
      bounces: false,
      async send() {
        if (mail.bounces) throw new MailNotTaken('mailbox_full', { isPermanent: true })
      },
    }
    const app = await startApp({ mail: mail as never })
    const { id, email, token } = await withSession(app)
    await move(app, token, email, 'new@example.com')
    const undo = await linkTo(app, email, 'undo-email-change')
    mail.bounces = true
    app.clock.advance(60)
    expect((await app.v1('POST', '/undo-email-change', { body: { token: undo } })).status).toBe(200)
    await app.settle()
    expect(await whyOf(app, id)).toBe(
      'The account has no password: its user sets one by the link of a forgotten password, but the last link for a new password could not be delivered (mailbox_full).',
    )
  })

  it('names a locked PIN beside a wait and beside a link that bounced', async () => {
    const vars = { PIN_DEAD_AFTER_FAILURES: '2', LIMIT_PIN_GUESSES_PER_HOUR: '9', LIMIT_ADDRESS_FAILURES_PER_HOUR: '4' }
    const app = await startApp({ vars, mail: bouncing as never })
    const { id, email } = await withSession(app, { username: 'ada' })
    await ask(app, 'POST', `/users/${id}/set-pin`, { body: { pin: '4711' } })
    for (let count = 0; count < 2; count += 1) await app.request('POST', '/auth/login', { body: { name: 'ada', pin: '0000' } })
    await app.v1('POST', '/forgot-password', { body: { email } })
    await app.settle()
    const locked = 'By PIN it cannot: wrong guesses have locked the PIN.'
    const bounced =
      'Who has forgotten it waits for mail, but the last link for a new password could not be delivered (mailbox_full).'
    expect(await whyOf(app, id)).toBe(`By password the account can be signed in to. ${bounced} ${locked}`)
    for (let count = 0; count < 6; count += 1) await app.v1('POST', '/login', { body: { email, password: 'wrong' } })
    await app.settle()
    expect(await whyOf(app, id)).toMatch(/^The client address .* Who has forgotten it .* locked the PIN\.$/)
  })

  it('speaks no more of a link that bounced once the operator has set the password, and lets nobody revive the link', async () => {
    const app = await startApp({ mail: bouncing as never })
    const { id, email } = await withSession(app)
    await app.v1('POST', '/forgot-password', { body: { email } })
    await app.settle()
    const [dead] = (await ask(app, 'GET', '/mails?state=dead')).body.mails
    expect(dead).toMatchObject({ purpose: 'password_reset', can_retry: true })
    app.clock.advance(1)
    expect((await ask(app, 'POST', `/users/${id}/set-password`, { body: { password: 'another long secret' } })).status).toBe(200)
    expect(await whyOf(app, id)).toBeNull()
    expect((await ask(app, 'GET', '/mails?state=dead')).body.mails).toContainEqual({ ...dead, can_retry: false })
    expect((await ask(app, 'POST', `/mails/${dead.id}/retry`)).status).toBe(404)
  })

  it('tells of a link that the operator had mailed and that bounced, also after one that the user asked for', async () => {
    const app = await startApp({ mail: bouncing as never })
    const { id, email } = await withSession(app)
    const bounced = /By password the account can be signed in to\. Who has forgotten it waits for mail, .* \(mailbox_full\)\.$/
    for (const ask_ of [
      () => app.v1('POST', '/forgot-password', { body: { email } }),
      () => ask(app, 'POST', `/users/${id}/send-reset`),
    ]) {
      await ask_()
      await app.settle()
      expect(await whyOf(app, id)).toMatch(bounced)
      app.clock.advance(1)
    }
    const [dead] = (await ask(app, 'GET', '/mails?state=dead')).body.mails
    expect(dead).toMatchObject({ purpose: 'password_reset', can_retry: true })
  })

  it('names waits and a link for a new password beside an address that is not proven', async () => {
    const app = await startApp()
    const { id } = (await ask(app, 'POST', '/users', { body: { email: 'new@example.com', password: PASSWORD } })).body.user
    for (let count = 0; count < 7; count += 1) {
      await app.v1('POST', '/login', { body: { email: 'new@example.com', password: 'wrong' } })
    }
    expect(await whyOf(app, id)).toMatch(/; no link counts: the next sign-in .* After wrong passwords a client address waits/)
    await ask(app, 'POST', `/users/${id}/send-reset`)
    await app.settle()
    expect(await whyOf(app, id)).toMatch(/until it is; a link for a new password was mailed, counts, and proves it\. After wrong/)
  })

  it('names a waiting client address that many others have tried the account after', async () => {
    const app = await startApp({ vars: { LIMIT_ADDRESS_FAILURES_PER_HOUR: '2', LIMIT_ACCOUNT_FAILURES_PER_HOUR: '1000' } })
    const { id, email } = await withSession(app)
    const guess = (who: string, ip: string) => app.v1('POST', '/login', { body: { email: who, password: 'wrong' }, ip })
    for (const who of ['a@example.com', 'b@example.com', email]) await guess(who, '203.0.113.9')
    for (let count = 0; count < 30; count += 1) await guess(email, `198.51.100.${count}`)
    await app.settle()
    expect(await whyOf(app, id)).toContain('The client address 203.0.113.9 has tried too many passwords')
  })

  it('does not say of a registration that a link was mailed for it where it was word of an account', async () => {
    const app = await startApp()
    const { id, email } = await withSession(app)
    await app.v1('POST', '/register', { body: { email, password: PASSWORD } })
    await app.settle()
    await ask(app, 'PATCH', `/users/${id}`, { body: { email: 'elsewhere@example.com' } })
    expect(await whyNobody(app, email)).not.toContain('a link was mailed')
  })

  it('speaks first of the registration that can be confirmed, and of an account that asks to move to the address', async () => {
    const app = await startApp({ vars: { LIMIT_MAILS_OF_REQUESTER_PER_HOUR: '1' } })
    for (let count = 0; count < 5; count += 1) {
      await app.v1('POST', '/register', { body: { email: 'a@example.com', password: PASSWORD }, ip: '203.0.113.9' })
      await app.settle()
      app.clock.advance(1)
    }
    expect(await whyNobody(app, 'a@example.com')).toMatch(
      /^The registration of \S+ is not confirmed yet; a link was mailed at .* There are 2 more\.$/,
    )
    const { token } = await withSession(app)
    await app.v1('POST', '/change-email', { token, body: { email: 'target@example.com', password: PASSWORD } })
    await app.settle()
    expect(await whyNobody(app, 'target@example.com')).toContain('An account asks to move to this address; a link was mailed at')
  })

  it('tells two registrations of one second apart, of which one mail bounced', async () => {
    const app = await startApp()
    for (let count = 0; count < 2; count += 1) {
      await app.v1('POST', '/register', { body: { email: 'a@example.com', password: PASSWORD } })
      await app.settle()
    }
    await BINDINGS.DB.exec(
      "UPDATE outbox SET sent_at = NULL, dead_at = created_at, reason = 'smtp_550' WHERE rowid = (SELECT max(rowid) FROM outbox)",
    )
    expect(await whyNobody(app, 'a@example.com')).toMatch(
      /; a link was mailed at .*; the mail with the link could not be delivered \(smtp_550\)\.$/,
    )
  })

  it('says by which of its names an account is kept waiting', async () => {
    const app = await startApp()
    const { id, email } = await withSession(app, { username: 'ada' })
    for (let count = 0; count < 6; count += 1) await app.v1('POST', '/login', { body: { email, password: 'wrong' } })
    expect(await whyOf(app, id)).toBe(
      'After wrong passwords a client address waits, for up to 1 minute, where it signs in by the e-mail address.',
    )
  })

  it('does not call an account shut that is signed in to by PIN alone', async () => {
    const app = await startApp()
    const line = JSON.stringify({ id: '1', email: 'ada@example.com', username: 'ada', verified: true })
    await ask(app, 'POST', '/import', { body: line, headers: { 'Content-Type': 'application/x-ndjson' } })
    const id = await idOf(app, 'ada@example.com')
    expect(await whyOf(app, id)).toBe('The account has no password: its user sets one by the link of a forgotten password.')
    await ask(app, 'POST', `/users/${id}/set-pin`, { body: { pin: '4711' } })
    expect(await whyOf(app, id)).toBe(
      'By PIN the account can be signed in to. By password it cannot: its user sets one by the link of a forgotten password.',
    )
  })
})
