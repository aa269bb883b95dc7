// The example of a site that renders on a server, with Postern behind its binding.
import { describe, expect, it } from 'vitest'
import site from '../../examples/site/src/index.ts'
import { breakableBindings } from '../suites/faults/intercepted-bindings.ts'
import { DAY } from '../support/fixtures.ts'
import { anyAddress, PASSWORD, PUBLIC_URL, startApp, type TestApp } from '../support/harness.ts'

const ORIGIN = 'https://site.example.com'

/** A browser that visits it, with a jar for its cookies. */
function openSite(app: TestApp, { isHandingOn = false } = {}) {
  const postern = { fetch: (input: string | Request, init?: RequestInit) => app.fetch(new Request(input, init)) }
  const bindings = { POSTERN: postern, POSTERN_URL: PUBLIC_URL, ...(isHandingOn && { POSTERN_HTTP: postern }) }
  const jar = new Map<string, string>()
  const visit = async (method: string, path: string, { ip = anyAddress(), form = {}, origin = ORIGIN } = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { 'CF-Connecting-IP': ip, Origin: origin, 'User-Agent': 'Firefox', ...(cookie !== '' && { Cookie: cookie }) }
    const init = method === 'POST' ? { method, headers, body: new URLSearchParams(form) } : { method, headers }
    const reply = await site.fetch(new Request(`${ORIGIN}${path}`, init), bindings as never)
    const cookies = reply.headers.getSetCookie()
    for (const [, name = '', value = '', rest = ''] of cookies.map((each) => /^(\w+)=([^;]*)(.*)$/.exec(each) ?? [])) {
      if (/Max-Age=0/.test(rest)) jar.delete(name)
      else jar.set(name, value)
    }
    return { status: reply.status, text: await reply.text(), cookies }
  }
  return { visit, jar }
}

describe('a site that renders on a server', () => {
  it('signs its visitors in and out', async () => {
    const app = await startApp()
    const { visit, jar } = openSite(app)
    const email = await app.createAccount()
    const signedIn = await visit('POST', '/sign-in', { form: { email, password: PASSWORD } })
    expect([signedIn.status, signedIn.cookies]).toEqual([
      303,
      ['access', 'refresh'].map((name) => expect.stringMatching(new RegExp(`^${name}=[^;]+; .*HttpOnly; Secure; SameSite=Lax$`))),
    ])
    expect((await visit('GET', '/')).text).toContain(`Hello, ${email}.`)
    expect((await visit('POST', '/sign-out', { origin: 'https://evil.example' })).status).toBe(403)
    const refreshToken = jar.get('refresh')
    expect((await visit('POST', '/sign-out')).status).toBe(303)
    expect(jar.size).toBe(0)
    expect((await visit('GET', '/')).text).toContain('action="/sign-in"')
    expect((await app.v1('POST', '/refresh', { body: { refresh_token: refreshToken } })).status).toBe(401)
  })

  it('knows them for weeks, with a new access token whenever theirs has expired, two tabs at once too', async () => {
    const app = await startApp()
    const { visit, jar } = openSite(app)
    const email = await app.createAccount()
    await visit('POST', '/sign-in', { form: { email, password: PASSWORD } })
    for (let day = 0; day < 40; day += 8) {
      app.clock.advance(8 * DAY)
      // As a browser does when its time is over.
      jar.delete('access')
      const replies = await Promise.all([visit('GET', '/'), visit('GET', '/')])
      for (const { text } of replies) expect(text).toContain(`Hello, ${email}.`)
    }
    await app.v1('POST', '/revoke-all', { token: jar.get('access') ?? '' })
    expect((await visit('GET', '/')).text).toContain('action="/sign-in"')
    expect(jar.size).toBe(0)
  })

  it('takes an outage for no sign-out, and says so where somebody wants to sign out', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const { visit, jar } = openSite(app)
    const email = await app.createAccount()
    await visit('POST', '/sign-in', { form: { email, password: PASSWORD } })
    fault.store = 'ledger'
    expect((await visit('GET', '/')).status).toBe(503)
    expect((await visit('POST', '/sign-out')).text).toContain('You are still signed in.')
    jar.delete('access')
    expect((await visit('GET', '/')).status).toBe(503)
    fault.store = null
    expect((await visit('GET', '/')).text).toContain(`Hello, ${email}.`)
  })

  it('hands on what is not its own where it is bound to, as in development, and has no such page elsewhere', async () => {
    const app = await startApp()
    expect((await openSite(app, { isHandingOn: true }).visit('GET', '/healthz')).text).toContain('"status":"ok"')
    const alone = await openSite(app).visit('GET', '/healthz')
    expect([alone.status, alone.text]).toEqual([404, expect.stringContaining('There is no such page.')])
  })

  it('says for whom it asks, so that one visitor keeps no other waiting', async () => {
    const app = await startApp({ vars: { LIMIT_ADDRESS_FAILURES_PER_HOUR: '2' } })
    const { visit } = openSite(app)
    const email = await app.createAccount()
    const stranger = anyAddress()
    const guess = async (password: string, ip: string) =>
      (await visit('POST', '/sign-in', { form: { email, password }, ip })).status
    expect([await guess('a', stranger), await guess('b', stranger), await guess('c', stranger)]).toEqual([401, 401, 429])
    expect(await guess(PASSWORD, anyAddress())).toBe(303)
    expect(app.log.filter(({ event }) => event === 'shared budget')).toEqual([])
  })
})
