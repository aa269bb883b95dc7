// What an operator can look at: accounts by whatever is known of a person, their whole story, the record, mail, figures.
import { describe, expect, it } from 'vitest'
import { MailNotTaken } from '../../../src/platform/mail/mail.ts'
import { BINDINGS, PASSWORD, startApp } from '../../support/harness.ts'
import { ask, withSession } from '../../support/http/operator.ts'

const emailsOf = (reply: { body: { users: { email: string }[] } }) => reply.body.users.map(({ email }) => email)

describe('GET /users', () => {
  it('finds by address, id, session id, and the beginning of a username, first or last name', async () => {
    const app = await startApp()
    const ada = await withSession(app, { email: 'ada@example.com', username: 'Countess', first_name: 'Ada', last_name: 'Byron' })
    await withSession(app, { email: 'bob@example.com', username: 'builder', first_name: 'Bob_%', last_name: 'Ryder' })
    const sid = (await ask(app, 'GET', `/users/${ada.id}/sessions`)).body.sessions[0].id
    const find = async (search: string) => emailsOf(await ask(app, 'GET', `/users?search=${encodeURIComponent(search)}`))
    for (const search of ['ADA@example.com', ada.id, sid, 'count', 'COUNTESS', 'ad', 'byr']) {
      expect([search, await find(search)]).toEqual([search, ['ada@example.com']])
    }
    await withSession(app, { email: 'ake@example.com', first_name: 'Åke', last_name: 'ÖSTLUND' })
    for (const search of ['åke', 'ÅKE', 'Åk', 'östl']) expect([search, await find(search)]).toEqual([search, ['ake@example.com']])
    expect(await find('b')).toEqual(['ada@example.com', 'bob@example.com'])
    expect(await find('bob_%')).toEqual(['bob@example.com'])
    for (const search of ['%', '_', 'ob', 'nobody@example.com', '\u0000', "'"])
      expect([search, await find(search)]).toEqual([search, []])
  })

  it('finds by the number that v1 calls a user with USER_IDS=number', async () => {
    const app = await startApp({ vars: { USER_IDS: 'number' } })
    const ada = await withSession(app, { email: 'ada@example.com', username: '7' })
    await withSession(app, { email: 'bob@example.com' })
    const { number } = (await ask(app, 'GET', `/users/${ada.id}`)).body.user
    const find = async (query: string) => emailsOf(await ask(app, 'GET', `/users?${query}`))
    expect(await find(`number=${number}`)).toEqual(['ada@example.com'])
    expect(await find(`number=${number}&username=7`)).toEqual(['ada@example.com'])
    expect(await find('number=999999')).toEqual([])
    expect((await ask(app, 'GET', '/users?number=x')).status).toBe(400)
  })

  it('turns pages in the order of addresses, at most 200 a page', async () => {
    const app = await startApp()
    for (const name of ['c', 'a', 'b']) await app.createAccount({ email: `${name}@example.com` })
    const first = await ask(app, 'GET', '/users?limit=2')
    expect([emailsOf(first), first.body.next]).toEqual([['a@example.com', 'b@example.com'], 'b@example.com'])
    const second = await ask(app, 'GET', `/users?limit=2&after=${first.body.next}`)
    expect([emailsOf(second), second.body.next]).toEqual([['c@example.com'], null])
    for (const limit of ['0', '201', 'x', '-1']) expect((await ask(app, 'GET', `/users?limit=${limit}`)).status).toBe(400)
  })

  it('lists by state', async () => {
    const app = await startApp()
    for (const name of ['on', 'off', 'unproven']) await app.createAccount({ email: `${name}@example.com` })
    await BINDINGS.DB.exec("UPDATE users SET disabled_at = 1 WHERE email = 'off@example.com'")
    await BINDINGS.DB.exec("UPDATE users SET email_verified_at = NULL WHERE email = 'unproven@example.com'")
    const states = { active: ['on'], disabled: ['off'], unverified: ['unproven'], two_step: [], no_password: [] }
    for (const [state, names] of Object.entries(states)) {
      expect(emailsOf(await ask(app, 'GET', `/users?state=${state}`))).toEqual(names.map((name) => `${name}@example.com`))
    }
    expect((await ask(app, 'GET', '/users?state=x')).status).toBe(400)
  })
})

describe('GET /users/:id, asked why somebody cannot sign in', () => {
  const whyOf = async (app: Awaited<ReturnType<typeof startApp>>, id: string) =>
    (await ask(app, 'GET', `/users/${id}`)).body.cannot_sign_in

  it('says null where nothing is in the way, and tells the story', async () => {
    const app = await startApp()
    const { id, email } = await withSession(app, { username: 'ada' })
    await app.settle()
    const { body } = await ask(app, 'GET', `/users/${id}`)
    expect(body).toMatchObject({ cannot_sign_in: null, user: { id, email }, recovery: null, registrations: [] })
    expect([body.sessions.length, body.mails.length]).toEqual([1, 1])
    expect(body.events.map(({ what }: { what: string }) => what)).toEqual(['registered', 'email_verified', 'sign_in'])
    expect(JSON.stringify(body)).not.toMatch(/scrypt|padm_/)
  })

  it.each([
    ['disabled_at = 1', 'The account is disabled.'],
    [
      'email_verified_at = NULL',
      'The e-mail address is not proven, and sign-in is refused until it is; no link counts: the next sign-in with the right password mails one, within the limits on mail.',
    ],
  ])('names what is in the row: %s', async (change, why) => {
    const app = await startApp()
    const { id } = await withSession(app)
    await BINDINGS.DB.exec(`UPDATE users SET ${change}`)
    expect(await whyOf(app, id)).toBe(why)
  })

  it('names a mail that bounced', async () => {
    const mail = {
      keepsMail: false,
      send: async () => Promise.reject(new MailNotTaken('mailbox_unknown', { isPermanent: true })),
    }
    const app = await startApp({ mail: mail as never })
    const made = await ask(app, 'POST', '/users', { body: { email: 'new@example.com', password: PASSWORD } })
    await app.v1('POST', '/login', { body: { email: 'new@example.com', password: PASSWORD } })
    await app.settle()
    expect(await whyOf(app, made.body.user.id)).toBe(
      'The e-mail address is not proven, and sign-in is refused until it is; the mail with the link could not be delivered (mailbox_unknown).',
    )
  })

  it('names waits after wrong passwords', async () => {
    const app = await startApp()
    const { id, email } = await withSession(app)
    for (let count = 0; count < 6; count += 1) {
      await app.v1('POST', '/login', { body: { email, password: 'wrong' }, ip: '203.0.113.9' })
    }
    expect(await whyOf(app, id)).toBe('After wrong passwords a client address waits, for up to 1 minute.')
  })

  it('names the limit of the account', async () => {
    const app = await startApp({ vars: { LIMIT_ACCOUNT_FAILURES_PER_HOUR: '3' } })
    const { id, email } = await withSession(app)
    for (let count = 0; count < 4; count += 1) {
      await app.v1('POST', '/login', { body: { email, password: 'wrong' }, ip: `203.0.113.${count}` })
    }
    expect(await whyOf(app, id)).toBe(
      'Too many wrong passwords: addresses that never signed in to the account wait for 60 minutes.',
    )
  })

  it('names a PIN without a username, and a locked one', async () => {
    const app = await startApp({ vars: { PIN_DEAD_AFTER_FAILURES: '2', LIMIT_PIN_GUESSES_PER_HOUR: '9' } })
    const { id } = await withSession(app, { username: 'ada' })
    await ask(app, 'POST', `/users/${id}/set-pin`, { body: { pin: '4711' } })
    await ask(app, 'PATCH', `/users/${id}`, { body: { username: null } })
    expect(await whyOf(app, id)).toBe('By password the account can be signed in to. By PIN it cannot: it has no username.')
    await ask(app, 'PATCH', `/users/${id}`, { body: { username: 'ada' } })
    expect(await whyOf(app, id)).toBeNull()
    for (let count = 0; count < 2; count += 1) await app.request('POST', '/auth/login', { body: { name: 'ada', pin: '0000' } })
    expect(await whyOf(app, id)).toBe(
      'By password the account can be signed in to. By PIN it cannot: wrong guesses have locked the PIN.',
    )
  })
})

describe('GET /users/:id and /registrations, asked why', () => {
  const whyOf = async (app: Awaited<ReturnType<typeof startApp>>, id: string) =>
    (await ask(app, 'GET', `/users/${id}`)).body.cannot_sign_in
  const whyNobody = async (app: Awaited<ReturnType<typeof startApp>>, email: string) =>
    (await ask(app, 'GET', `/registrations?search=${email}`)).body.cannot_sign_in

  it('names the limit of the client address, over all accounts', async () => {
    const app = await startApp({ vars: { LIMIT_ADDRESS_FAILURES_PER_HOUR: '3' } })
    const { id, email } = await withSession(app)
    const guess = (who: string) => app.v1('POST', '/login', { body: { email: who, password: 'wrong' }, ip: '203.0.113.9' })
    for (const who of [email, 'a@example.com', 'b@example.com']) await guess(who)
    expect((await guess(email)).status).toBe(429)
    await app.settle()
    expect(await whyOf(app, id)).toBe(
      'The client address 203.0.113.9 has tried too many passwords, of whatever accounts, and waits for 60 minutes.',
    )
    expect((await ask(app, 'GET', `/users/${id}`)).body.limits.addresses).toEqual([{ address: '203.0.113.9', wait_seconds: 3600 }])
  })

  it('names the limit of a client address whose every attempt for this account was refused', async () => {
    const app = await startApp({ vars: { LIMIT_ADDRESS_FAILURES_PER_HOUR: '2' } })
    const { id, email } = await withSession(app)
    const guess = (who: string) => app.v1('POST', '/login', { body: { email: who, password: 'wrong' }, ip: '203.0.113.9' })
    for (const who of ['a@example.com', 'b@example.com']) await guess(who)
    for (let count = 0; count < 3; count += 1) expect((await guess(email)).status).toBe(429)
    await app.settle()
    expect(await whyOf(app, id)).toMatch(/^The client address 203\.0\.113\.9 has tried too many passwords/)
    expect((await ask(app, 'GET', '/stats?days=1')).body.days[0].counts).toMatchObject({ sign_in_limited: 1 })
  })

  it('never takes the address of an operator for one that the user is kept waiting at', async () => {
    const app = await startApp({ vars: { LIMIT_ADDRESS_FAILURES_PER_HOUR: '2' } })
    const { id } = await withSession(app)
    const ip = '203.0.113.7'
    await ask(app, 'PATCH', `/users/${id}`, { body: { first_name: 'Ada' }, ip })
    for (const who of ['a@example.com', 'b@example.com', 'c@example.com'])
      await app.v1('POST', '/login', { body: { email: who, password: 'wrong' }, ip })
    await app.settle()
    expect(await whyOf(app, id)).toBeNull()
  })

  it('names a link for a new password that bounced', async () => {
    const app = await startApp()
    const { id, email } = await withSession(app)
    const mail = { keepsMail: false, send: async () => Promise.reject(new MailNotTaken('mailbox_full', { isPermanent: true })) }
    const down = await startApp({ mail: mail as never, keepStorage: true })
    await down.v1('POST', '/forgot-password', { body: { email } })
    await down.settle()
    expect(await whyOf(down, id)).toBe(
      'By password the account can be signed in to. Who has forgotten it waits for mail, but the last link for a new password could not be delivered (mailbox_full).',
    )
  })

  it('says null for somebody whose sessions have expired, and shows none', async () => {
    const app = await startApp()
    const { id } = await withSession(app)
    app.clock.advance(91 * 86_400)
    expect((await ask(app, 'GET', `/users/${id}`)).body).toMatchObject({ cannot_sign_in: null, sessions: [] })
  })

  it('names an address that nobody has, text that is none, and an account that was deleted', async () => {
    const app = await startApp()
    expect(await whyNobody(app, 'nobody@example.com')).toBe(
      'Nobody has this address: there is no account, and no registration that waits.',
    )
    expect(await whyNobody(app, 'nobody')).toBe('Nobody has this username: there is no account, and no registration that waits.')
    expect(await whyNobody(app, 'no@body')).toBe('This is no e-mail address.')
    expect(await whyNobody(app, 'n%2Fo')).toBe('This is no username.')
    const { email, token } = await withSession(app, { username: 'ada' })
    expect(await whyNobody(app, email)).toBeNull()
    await app.v1('PATCH', '/me', { token, body: { username: 'countess' } })
    expect((await app.v1('DELETE', '/me', { token, body: { password: PASSWORD } })).status).toBe(200)
    expect(await whyNobody(app, email)).toMatch(
      /^The account of this address was deleted\. The address can take it back until 2\S+, and is nobody else's until then; a link was mailed at/,
    )
    expect(await whyNobody(app, 'ada')).toMatch(/^The account of this username was deleted, and may be taken back until 2/)
  })

  it('tells of a pending registration whether its mail was sent, waits, bounced or was held back by a cap', async () => {
    const outcomes: (MailNotTaken | null)[] = [
      null,
      new MailNotTaken('connection_refused', { isPermanent: false }),
      new MailNotTaken('mailbox_unknown', { isPermanent: true }),
    ]
    let outcome: MailNotTaken | null | undefined
    const send = async () => (outcome ? Promise.reject(outcome) : undefined)
    const app = await startApp({ mail: { keepsMail: false, send } as never, vars: { LIMIT_MAILS_OF_REQUESTER_PER_HOUR: '3' } })
    const said: string[] = []
    for (const [index, each] of [...outcomes, null].entries()) {
      outcome = each
      const email = `p${index}@example.com`
      expect((await app.v1('POST', '/register', { body: { email, password: PASSWORD } })).status).toBe(201)
      await app.settle()
      said.push(await whyNobody(app, email))
    }
    expect(said).toEqual([
      expect.stringMatching(/^The registration of \S+ is not confirmed yet; a link was mailed at \S+, and counts until \S+\.$/),
      expect.stringContaining('; the mail with the link waits to be sent, after connection_refused.'),
      expect.stringContaining('; the mail with the link could not be delivered (mailbox_unknown).'),
      expect.stringContaining('; no link was mailed for it: too much mail went to the address'),
    ])
  })
})

describe('the rest', () => {
  it('lists pending registrations, by address too', async () => {
    const app = await startApp()
    for (const name of ['a', 'b']) await app.v1('POST', '/register', { body: { email: `${name}@example.com`, password: PASSWORD } })
    expect((await ask(app, 'GET', '/registrations')).body.registrations).toHaveLength(2)
    const { registrations } = (await ask(app, 'GET', '/registrations?search=B@example.com')).body
    expect(registrations).toMatchObject([{ email: 'b@example.com', username: null, ip: '192.0.2.1' }])
  })

  it('follows the record without leaving anything out', async () => {
    const app = await startApp()
    const { email } = await withSession(app)
    await app.settle()
    const first = (await ask(app, 'GET', '/events?limit=1')).body
    expect(first.events.map(({ what }: { what: string }) => what)).toEqual(['sign_in'])
    expect((await ask(app, 'GET', `/events?after=${first.next}`)).body.events).toEqual([])
    await app.signIn(email)
    await app.settle()
    const later = (await ask(app, 'GET', `/events?after=${first.next}`)).body
    expect(later.events).toMatchObject([{ what: 'sign_in', email, actor: 'user' }])
    for (const query of ['what=nothing', 'outcome=x', 'after=x', 'since=1.5']) {
      expect([query, (await ask(app, 'GET', `/events?${query}`)).status]).toEqual([query, 400])
    }
  })

  it('lists mail without its text, and tries a dead letter again', async () => {
    let isDown = true
    const send = async () => (isDown ? Promise.reject(new MailNotTaken('mailbox_unknown', { isPermanent: true })) : undefined)
    const app = await startApp({ mail: { keepsMail: false, send } as never })
    await app.v1('POST', '/register', { body: { email: 'a@example.com', password: PASSWORD } })
    await app.settle()
    const [dead] = (await ask(app, 'GET', '/mails?state=dead')).body.mails
    expect(dead).toMatchObject({ state: 'dead', to: 'a@example.com', reason: 'mailbox_unknown', can_retry: true })
    isDown = false
    expect((await ask(app, 'POST', `/mails/${dead.id}/retry`)).body.to).toBe('a@example.com')
    await app.settle()
    expect((await ask(app, 'GET', '/mails')).body.mails).toMatchObject([{ state: 'sent', can_retry: false }])
    expect((await ask(app, 'POST', `/mails/${dead.id}/retry`)).status).toBe(404)
    expect((await ask(app, 'GET', '/mails?state=x')).status).toBe(400)
  })

  it('counts accounts, and what happened by day', async () => {
    const app = await startApp()
    const { email } = await withSession(app)
    await app.v1('POST', '/login', { body: { email, password: 'wrong' } })
    await app.settle()
    const { accounts, days } = (await ask(app, 'GET', '/stats?days=3')).body
    expect(accounts).toEqual({ all: 1, disabled: 0, unverified: 0, old_hashes: 0 })
    expect(days).toHaveLength(3)
    expect(days[2].counts).toMatchObject({ sign_in_success: 1, sign_in_failure: 1, registered_success: 1, mail_sent: 1 })
    expect(days[0].counts).toEqual({})
    for (const count of ['0', '91', 'x']) expect((await ask(app, 'GET', `/stats?days=${count}`)).status).toBe(400)
  })
})
