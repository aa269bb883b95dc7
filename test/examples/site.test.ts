// The example of a site that renders on a server, with Postern behind its binding.
import { describe, expect, it } from 'vitest'
import site from '../../examples/site/src/index.ts'
import { anyAddress, PASSWORD, PUBLIC_URL, startApp, type TestApp } from '../support/harness.ts'

const ORIGIN = 'https://site.example.com'

function openSite(app: TestApp) {
  const bindings = {
    POSTERN: { fetch: (url: string, init: RequestInit) => app.fetch(new Request(url, init)) },
    POSTERN_URL: PUBLIC_URL,
  }
  return async (method: string, path: string, { ip = anyAddress(), form = {}, cookie = '', origin = ORIGIN } = {}) => {
    const headers = { 'CF-Connecting-IP': ip, Origin: origin, 'User-Agent': 'Firefox', ...(cookie !== '' && { Cookie: cookie }) }
    const init = method === 'POST' ? { method, headers, body: new URLSearchParams(form) } : { method, headers }
    const reply = await site.fetch(new Request(`${ORIGIN}${path}`, init), bindings as never)
    return { status: reply.status, text: await reply.text(), cookie: reply.headers.get('Set-Cookie') ?? '' }
  }
}

describe('a site that renders on a server', () => {
  it('signs its visitors in and out', async () => {
    const app = await startApp()
    const visit = openSite(app)
    const email = await app.createAccount()
    const signedIn = await visit('POST', '/sign-in', { form: { email, password: PASSWORD } })
    expect([signedIn.status, signedIn.cookie]).toEqual([
      303,
      expect.stringMatching(/^access=[^;]+; .*HttpOnly; Secure; SameSite=Lax$/),
    ])
    const [cookie = ''] = signedIn.cookie.split(';')
    expect((await visit('GET', '/', { cookie })).text).toContain(`Hello, ${email}.`)
    expect((await visit('POST', '/sign-out', { cookie, origin: 'https://evil.example' })).status).toBe(403)
    expect((await visit('POST', '/sign-out', { cookie })).status).toBe(303)
    expect((await visit('GET', '/', { cookie })).text).toContain('action="/sign-in"')
  })

  it('says for whom it asks, so that one visitor keeps no other waiting', async () => {
    const app = await startApp({ vars: { LIMIT_ADDRESS_FAILURES_PER_HOUR: '2' } })
    const visit = openSite(app)
    const email = await app.createAccount()
    const stranger = anyAddress()
    const guess = async (password: string, ip: string) =>
      (await visit('POST', '/sign-in', { form: { email, password }, ip })).status
    expect([await guess('a', stranger), await guess('b', stranger), await guess('c', stranger)]).toEqual([401, 401, 429])
    expect(await guess(PASSWORD, anyAddress())).toBe(303)
    expect(app.log.filter(({ event }) => event === 'shared budget')).toEqual([])
  })
})
