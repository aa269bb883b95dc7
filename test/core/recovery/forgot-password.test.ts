// The link for a new password: to whom it is mailed, and that nobody learns from the answer whether there is an account.
import { describe, expect, it } from 'vitest'
import { ask, linksTo, linkTo } from '../../support/account-fixtures.ts'
import { rows } from '../../support/fixtures.ts'
import { BINDINGS, PASSWORD, startApp } from '../../support/harness.ts'

describe('POST /forgot-password', () => {
  it('mails a link to the page of this worker, whatever Host says, and stores its token as a hash only', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const reply = await app.fetch(
      new Request('http://evil.example/api/v1/auth/forgot-password', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Forwarded-Host': 'evil.example' },
        body: JSON.stringify({ email: email.toUpperCase() }),
      }),
    )
    expect(reply.status).toBe(200)
    const token = await linkTo(app, email, 'reset-password')
    expect(JSON.stringify(await app.mailTo(email))).not.toContain('evil.example')
    expect(
      JSON.stringify([...(await rows('SELECT * FROM one_time_tokens')), ...(await rows('SELECT * FROM outbox'))]),
    ).not.toContain(token)
  })

  it('mails nothing, and stores no link, for an address without an account or a registration not confirmed', async () => {
    const app = await startApp()
    await ask(app, 'POST', '/register', { email: 'pending@example.com', password: PASSWORD })
    for (const email of ['pending@example.com', 'unknown@example.com']) {
      const reply = await ask(app, 'POST', '/forgot-password', { email })
      expect([reply.status, reply.body]).toEqual([
        200,
        { message: 'if the address has an account, a mail with a link has been sent' },
      ])
      expect(await linksTo(app, email, 'reset-password')).toEqual([])
    }
    expect(await rows("SELECT 1 FROM one_time_tokens WHERE purpose = 'reset_password'")).toEqual([])
  })

  it('mails nothing to a disabled account', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = 1').run()
    expect((await ask(app, 'POST', '/forgot-password', { email })).status).toBe(200)
    expect(await linksTo(app, email, 'reset-password')).toEqual([])
  })

  it('is capped like other mail without another answer, and stores no link that no mail carries', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const answers = new Set<string>()
    for (let count = 0; count < 8; count += 1) {
      const reply = await app.v1('POST', '/forgot-password', { body: { email }, ip: '198.51.100.9' })
      answers.add(`${reply.status} ${reply.text}`)
    }
    expect(answers.size).toBe(1)
    expect(await linksTo(app, email, 'reset-password')).toHaveLength(5)
    expect(await rows("SELECT 1 FROM one_time_tokens WHERE purpose = 'reset_password'")).toHaveLength(5)
  })

  it.each([[{}], [{ email: 'no address' }], [{ email: 7 }], [{ email: 'a@example.com,b@example.com' }]])(
    'answers 400 to %j',
    async (body) => {
      const reply = await ask(await startApp(), 'POST', '/forgot-password', body)
      expect([reply.status, reply.body.code, reply.body.errors[0].field]).toEqual([400, 'invalid_request', 'email'])
    },
  )
})
