// The development mailbox: what it shows, and that it is nowhere else.
import { describe, expect, it } from 'vitest'
import { PASSWORD, PUBLIC_URL, startApp } from '../../support/harness.ts'
import { expectCommonHeaders, expectRefusal, expectSuccess, isoTime, REFUSED } from '../../support/http/v1-shapes.ts'

const JSON_PLEASE = { headers: { Accept: 'application/json' } }

async function startWithMail() {
  const app = await startApp()
  for (const email of ['first@example.com', 'second@example.com']) {
    await app.v1('POST', '/register', { body: { email, password: PASSWORD } })
    await app.settle()
    app.clock.advance(1)
  }
  return app
}

describe('the mailbox as JSON', () => {
  it('has every mail in full, newest first', async () => {
    const app = await startWithMail()
    const reply = await app.request('GET', '/dev/mailbox', JSON_PLEASE)
    const mail = (to: string, secondsAgo: number) => ({
      to,
      from: 'postern@localhost',
      subject: 'Confirm your e-mail address',
      text: expect.stringMatching(new RegExp(`^${PUBLIC_URL}/verify-email\\?token=[0-9a-f]{64}&lang=en$`, 'm')),
      html: expect.stringContaining(`<a href="${PUBLIC_URL}/verify-email?token=`),
      sent_at: isoTime(app.clock.now - secondsAgo),
    })
    expect(reply.body).toEqual({ messages: [mail('second@example.com', 1), mail('first@example.com', 2)] })
    expect([reply.status, reply.headers.get('Content-Type')]).toEqual([200, 'application/json; charset=utf-8'])
    expect(reply.headers.get('Vary')).toBe('Accept, Origin')
    expectCommonHeaders(reply)
  })

  it('can be asked for one recipient, without case', async () => {
    const app = await startWithMail()
    const recipients = async (to: string): Promise<string[]> => {
      const { body } = await app.request('GET', `/dev/mailbox?to=${encodeURIComponent(to)}`, JSON_PLEASE)
      return body.messages.map((message: { to: string }) => message.to)
    }
    expect(await recipients('First@EXAMPLE.com')).toEqual(['first@example.com'])
    for (const to of ['nobody@example.com', '%', 'first', 'first@example.com,second@example.com', "' OR 1=1 --"]) {
      expect(await recipients(to)).toEqual([])
    }
  })

  it('is there as soon as its cause is', async () => {
    const app = await startApp()
    await app.v1('POST', '/register', { body: { email: 'now@example.com', password: PASSWORD } })
    const { body } = await app.request('GET', '/dev/mailbox?to=now@example.com', JSON_PLEASE)
    expect(body.messages).toHaveLength(1)
  })
})

describe('the mailbox as a page', () => {
  it('has the mails with their links to press', async () => {
    const app = await startWithMail()
    const reply = await app.request('GET', '/dev/mailbox?to=first@example.com', { headers: { Accept: 'text/html,*/*' } })
    expect(reply.text.match(/<article>/g)).toHaveLength(1)
    expect(reply.text).toContain(
      `<a href="${PUBLIC_URL}/verify-email?token=${await app.mailedToken('first@example.com')}&amp;lang=en">`,
    )
    expect(reply.text).not.toContain('second@example.com')
  })

  it('has the HTML of a mail in a frame where nothing runs, and nothing is loaded', async () => {
    const app = await startWithMail()
    const { text, headers } = await app.request('GET', '/dev/mailbox?to=first@example.com')
    const [, sandbox, framed = ''] = /<iframe [^>]*sandbox="([^"]*)" srcdoc="([^"]*)"/.exec(text) ?? []
    expect(sandbox).toBe('allow-top-navigation-by-user-activation')
    expect(framed).toContain('&lt;h1')
    expect(framed).not.toMatch(/[<>]/)
    expect(headers.get('Content-Security-Policy')).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
  })

  it('escapes what the query says', async () => {
    const app = await startWithMail()
    const reply = await app.request('GET', `/dev/mailbox?to=${encodeURIComponent('"><script>alert(1)</script>')}`)
    expect([reply.status, reply.headers.get('Content-Type')]).toEqual([200, 'text/html; charset=UTF-8'])
    expect(reply.text).not.toContain('<script')
    expect(reply.text).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"')
  })

  it('escapes what an address may hold', async () => {
    const app = await startApp()
    const email = "a&'{}=b@example.com"
    await app.v1('POST', '/register', { body: { email, password: PASSWORD } })
    const { text } = await app.request('GET', '/dev/mailbox')
    expect(text).toContain('<dd>a&amp;&#39;{}=b@example.com</dd>')
  })
})

describe('the mailbox elsewhere', () => {
  it('is not there for a host that is not this machine', async () => {
    const app = await startWithMail()
    const ask = (host: string) => app.request('GET', `http://${host}/dev/mailbox`, JSON_PLEASE)
    for (const host of ['localhost:8787', '127.0.0.1:1234', '[::1]:8787', 'localhost']) expect((await ask(host)).status).toBe(200)
    const elsewhere = [
      'auth.example.com',
      '192.0.2.1',
      'localhost.example.com',
      'localhost.',
      '0.0.0.0',
      '127.0.0.1.nip.io',
      '[::2]',
    ]
    for (const host of elsewhere) expectRefusal(await ask(host), REFUSED.notFound)
    const reasons = app.log.filter(({ fields }) => fields.status === 404).map(({ fields }) => fields.reason)
    expect(reasons).toEqual(
      elsewhere.map(() => expect.stringMatching(/^not asked for at localhost: .*"npm run dev" leaves them out$/)),
    )
  })

  it('does not read X-Forwarded-Host or Host for where it is', async () => {
    const app = await startWithMail()
    const headers = { ...JSON_PLEASE.headers, Host: 'localhost', 'X-Forwarded-Host': 'localhost', Forwarded: 'host=localhost' }
    expectRefusal(await app.request('GET', 'https://auth.example.com/dev/mailbox', { headers }), REFUSED.notFound)
  })

  it.each([undefined, '', 'production', 'Development', 'test'])('is not there where the environment is %j', async (ENVIRONMENT) => {
    const app = await startApp({
      vars: {
        ENVIRONMENT,
        PUBLIC_URL: 'https://auth.example.com',
        SCRYPT_LN: undefined,
        SCRYPT_R: undefined,
        SCRYPT_P: undefined,
      },
    })
    for (const path of ['/dev/mailbox', '/dev/mailbox?to=a@example.com', '/dev/', '/dev/x']) {
      expectRefusal(await app.request('GET', path, JSON_PLEASE), REFUSED.notFound)
    }
    expectRefusal(await app.request('POST', '/dev/mailbox'), REFUSED.notFound)
  })

  it('takes no other method', async () => {
    const app = await startWithMail()
    const reply = await app.request('DELETE', '/dev/mailbox')
    expectRefusal(reply, REFUSED.methodNotAllowed)
    expect(reply.headers.get('Allow')).toBe('GET, HEAD, OPTIONS')
    expectSuccess(await app.request('GET', '/healthz'), 200, { status: 'ok' })
  })
})
