// Who a request says it is from: CF-Connecting-IP alone names the client, and nothing in a request names this service.
import { describe, expect, it } from 'vitest'
import { rows } from '../../support/fixtures.ts'
import { BINDINGS, PASSWORD, PUBLIC_URL, startApp, type TestApp } from '../../support/harness.ts'
import { expectRefusal, REFUSED } from '../../support/http/v1-shapes.ts'

/** Where the newest session says it was signed in from. */
async function signInFrom(app: TestApp, email: string, ip: string | null): Promise<string> {
  const { access_token: token } = await app.signIn(email, PASSWORD, { ip })
  const { sessions } = (await app.v1('GET', '/sessions', { token })).body
  return sessions.find(({ current }: { current: boolean }) => current).ip
}

const BROKEN = [
  null,
  '',
  'unknown',
  'localhost',
  '192.0.2.1, 192.0.2.2',
  '192.0.2.256',
  '192.0.2.1:80',
  '0192.0.2.1',
  '192.0.2',
  '[::1]',
  '::1%eth0',
  '1::2::3',
  '<script>',
  'x'.repeat(5000),
]

describe('CF-Connecting-IP', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['0.0.0.0', '0.0.0.0'],
    ['127.0.0.1', '127.0.0.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['::ffff:192.0.2.7', '::ffff:192.0.2.7'],
  ])('counts where it is an address: %s', async (header, shown) => {
    const app = await startApp()
    expect(await signInFrom(app, await app.createAccount(), header)).toBe(shown)
  })

  it('is “unknown” where it is missing or broken', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    for (const header of BROKEN) expect([header, await signInFrom(app, email, header)]).toEqual([header, 'unknown'])
  })

  it('shares one budget where it is missing or broken', async () => {
    const app = await startApp({ vars: { LIMIT_ADDRESS_FAILURES_PER_HOUR: '6' } })
    const login = (ip: string | null, name: string) => app.v1('POST', '/login', { body: { username: name, password: 'wrong' }, ip })
    for (const [index, header] of BROKEN.slice(0, 6).entries()) {
      expectRefusal(await login(header, `user${index}`), REFUSED.invalidCredentials)
    }
    for (const header of BROKEN) expectRefusal(await login(header, 'another'), REFUSED.rateLimited)
    expectRefusal(await login('192.0.2.1', 'another'), REFUSED.invalidCredentials)
  })

  it.each([
    ['missing', null, /^a request without CF-Connecting-IP; all visitors behind it share one budget of attempts: forward/],
    [
      'that of workers of other zones',
      '2a06:98c0:3600::103',
      /^a request of a worker of another zone; all visitors behind it share/,
    ],
  ])('is told to whoever runs the service, once, where it is %s', async (_, ip, reason) => {
    const app = await startApp()
    const login = (from: string | null) => app.v1('POST', '/login', { body: { username: 'nobody', password: 'wrong' }, ip: from })
    await login('192.0.2.1')
    expect(app.log.filter(({ event }) => event === 'shared budget')).toEqual([])
    for (let count = 0; count < 3; count += 1) await login(ip)
    expect(app.log.filter(({ event }) => event === 'shared budget')).toEqual([
      { level: 'warn', event: 'shared budget', fields: { reason: expect.stringMatching(reason) } },
    ])
  })

  it('counts IPv6 by /64', async () => {
    const app = await startApp({ vars: { LIMIT_ADDRESS_FAILURES_PER_HOUR: '2' } })
    const login = (ip: string, name: string) => app.v1('POST', '/login', { body: { username: name, password: 'wrong' }, ip })
    expectRefusal(await login('2001:db8::1', 'a'), REFUSED.invalidCredentials)
    expectRefusal(await login('2001:db8::ffff:1', 'b'), REFUSED.invalidCredentials)
    expectRefusal(await login('2001:db8:0:0:abcd::', 'c'), REFUSED.rateLimited)
    expectRefusal(await login('2001:db8:0:1::1', 'c'), REFUSED.invalidCredentials)
  })
})

describe('what else a request says about its client', () => {
  const CLAIMS = ['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'True-Client-IP', 'X-Client-IP', 'CF-Connecting-IPv6', 'Via']

  it('is not believed, and opens no limit', async () => {
    const app = await startApp()
    const body = { email: 'someone@example.com', password: 'wrong' }
    const login = (n: number) => {
      const headers = Object.fromEntries(
        CLAIMS.map((name) => [name, name === 'Forwarded' ? `for=198.51.100.${n}` : `198.51.100.${n}`]),
      )
      return app.v1('POST', '/login', { body, headers })
    }
    for (let n = 1; n <= 5; n += 1) expectRefusal(await login(n), REFUSED.invalidCredentials)
    expectRefusal(await login(6), REFUSED.rateLimited)
  })

  it('is kept nowhere', async () => {
    const app = await startApp()
    const headers = Object.fromEntries(CLAIMS.map((name) => [name, '198.51.100.77']))
    await app.v1('POST', '/register', { body: { email: 'someone@example.com', password: PASSWORD }, headers })
    expect(JSON.stringify(await rows('SELECT * FROM registrations'))).not.toContain('198.51.100.77')
    expect((await rows('SELECT ip FROM registrations'))[0]).toEqual({ ip: '192.0.2.1' })
  })
})

describe('links in mail', () => {
  it('lead to the configured PUBLIC_URL, whatever host a request was sent to', async () => {
    const app = await startApp()
    const headers = {
      Host: 'evil.example',
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'gopher',
      Forwarded: 'host=evil.example;proto=https',
      'X-Original-URL': 'https://evil.example/',
      Origin: 'https://evil.example',
      Referer: 'https://evil.example/',
    }
    const body = { email: 'victim@example.com', password: PASSWORD }
    const reply = await app.request('POST', 'http://evil.example/api/v1/auth/register', { body, headers })
    expect(reply.status).toBe(201)
    await app.request('POST', 'http://evil.example:1/api/v1/auth/resend-verification', { body, headers })
    const mails = await app.mailTo('victim@example.com')
    expect(mails).toHaveLength(2)
    for (const mail of mails) {
      expect(JSON.stringify(mail)).not.toContain('evil.example')
      const links = [...`${mail.text}${mail.html}`.matchAll(/https?:\/\/[^\s"<]+/g)].map(([link]) => link)
      expect(links.filter((link) => !link.startsWith(`${PUBLIC_URL}`))).toEqual([])
      expect(links.some((link) => link.startsWith(`${PUBLIC_URL}/verify-email?token=`))).toBe(true)
    }
  })

  it('come in mails without any text that a stranger typed', async () => {
    const app = await startApp()
    const marker = 'BuyNow'
    const body = { email: 'victim@example.com', password: PASSWORD, username: marker, first_name: marker, last_name: marker }
    await app.v1('POST', '/register', { body, headers: { 'User-Agent': marker, 'Accept-Language': marker } })
    expect(JSON.stringify(await app.mailTo('victim@example.com'))).not.toContain(marker)
  })
})

describe('a user agent', () => {
  it('is cut, kept as text, and escaped on the page that shows it', async () => {
    const app = await startApp()
    const agent = `<img src=x onerror=alert(1)>"'&${'x'.repeat(300)}`
    const body = { email: 'victim@example.com', password: PASSWORD }
    await app.v1('POST', '/register', { body, headers: { 'User-Agent': agent } })
    expect(await rows('SELECT user_agent FROM registrations')).toEqual([{ user_agent: agent.slice(0, 256) }])
    const page = await app.request('GET', `/verify-email?token=${await app.mailedToken('victim@example.com')}`)
    expect(page.text).not.toContain('<img')
    expect(page.text).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;x')
  })
})

describe('User-Agent', () => {
  const ODD = ['curl\u009b31m/8', 'curl\u007f/8', 'curl\u202egnirts/8', 'curl\t\u0085/8']

  it.each(ODD)('leaves nothing behind that acts on a terminal or a page: %j', async (agent) => {
    const app = await startApp()
    const email = await app.createAccount()
    const { access_token: token } = await app.signIn(email, PASSWORD, { headers: { 'User-Agent': agent } })
    await app.v1('POST', '/register', {
      body: { email: 'new@example.com', password: PASSWORD },
      headers: { 'User-Agent': agent },
    })
    const { sessions } = (await app.v1('GET', '/sessions', { token })).body
    const stored = await rows('SELECT user_agent FROM registrations UNION ALL SELECT user_agent FROM audit_events')
    const page = await app.request('GET', `/verify-email?token=${await app.mailedToken('new@example.com')}`)
    expect(page.text).toContain('curl')
    for (const text of [JSON.stringify(sessions), JSON.stringify(stored), page.text.replaceAll('\n', '')]) {
      expect(text).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
    }
  })

  it('that was stored before it was cleaned is shown clean', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const { access_token: token } = await app.signIn(email)
    await app.v1('POST', '/register', { body: { email: 'new@example.com', password: PASSWORD } })
    const mailed = await app.mailedToken('new@example.com')
    for (const table of ['registrations', 'audit_events'])
      await BINDINGS.DB.exec(`UPDATE ${table} SET user_agent = 'curl\u009b\u202e/8'`)
    const { events } = (await app.v1('GET', '/activity', { token })).body
    expect(events.map((event: { user_agent: string }) => event.user_agent)).toContain('curl\uFFFD\uFFFD/8')
    expect((await app.request('GET', `/verify-email?token=${mailed}`)).text).toContain('<dd>curl\uFFFD\uFFFD/8</dd>')
  })
})
