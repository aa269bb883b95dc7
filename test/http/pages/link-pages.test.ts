// The pages behind mailed links: opening one changes nothing, its form acts, and nothing on it leads or tells elsewhere.
import { describe, expect, it } from 'vitest'
import { breakableBindings } from '../../suites/faults/intercepted-bindings.ts'
import { ask, askToMove, forget, move, NEW_PASSWORD, signInStatus, UNKNOWN_TOKEN } from '../../support/account-fixtures.ts'
import { rows } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { headingOf, submit } from '../../support/http/page-browser.ts'

const OLD = 'old@example.com'
const NEW = 'new@example.com'
const POLICY = /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/

async function startSignedIn(options: Parameters<typeof startApp>[0] = {}) {
  const app = await startApp(options)
  await app.createAccount({ email: OLD })
  const { access_token: token } = await app.signIn(OLD)
  return { app, token }
}

const PAGES = [
  [
    '/reset-password',
    { question: 'Set a new password', done: 'Your password is changed', again: 'This link does not work' },
    (app: TestApp) => forget(app, OLD),
    { password: NEW_PASSWORD },
  ],
  [
    '/confirm-email-change',
    { question: 'Confirm your new e-mail address', done: 'Your address is changed', again: 'Your address is changed' },
    (app: TestApp, session: string) => askToMove(app, session, NEW),
    {},
  ],
  [
    '/undo-email-change',
    { question: 'Take the change back', done: 'Your address is back', again: 'Your address is back' },
    (app: TestApp, session: string) => move(app, session, OLD, NEW),
    {},
  ],
] as const

describe.each(PAGES)('the page at %s', (path, headings, mailLink, fields) => {
  it('changes nothing when it is opened, by GET or HEAD, however often', async () => {
    const { app, token } = await startSignedIn()
    const link = await mailLink(app, token)
    const before = [await rows('SELECT * FROM users'), await rows('SELECT * FROM one_time_tokens')]
    for (const method of ['GET', 'HEAD', 'GET']) {
      expect((await app.request(method, `${path}?token=${link}`)).status).toBe(200)
    }
    expect([await rows('SELECT * FROM users'), await rows('SELECT * FROM one_time_tokens')]).toEqual(before)
  })

  it('loads nothing, runs nothing, posts to itself alone, and tells nobody where it came from', async () => {
    const { app, token } = await startSignedIn()
    const reply = await app.request('GET', `${path}?token=${await mailLink(app, token)}`)
    expect(headingOf(reply)).toBe(headings.question)
    expect(reply.headers.get('Content-Security-Policy')).toMatch(POLICY)
    expect(reply.headers.get('Referrer-Policy')).toBe('same-origin')
    expect(reply.headers.get('Cache-Control')).toBe('no-store')
    expect(reply.text).not.toMatch(/<(script|img|iframe|link)\b|\b(src|href|on\w+)=/i)
    expect([...reply.text.matchAll(/<form method="(\w+)" action="([^"]*)"/g)].map(([, ...form]) => form)).toEqual([
      ['post', `${path}?lang=en`],
    ])
  })

  it('acts when its form is sent, and says what there is to say when it is opened again', async () => {
    const { app, token } = await startSignedIn()
    const link = await mailLink(app, token)
    const reply = await submit(app, path, { token: link, ...fields })
    expect([reply.status, headingOf(reply)]).toEqual([200, headings.done])
    expect(headingOf(await app.request('GET', `${path}?token=${link}`))).toBe(headings.again)
    expect((await submit(app, path, { token: link, ...fields })).status).toBe(200)
  })

  it('explains itself when the link does not work', async () => {
    const { app } = await startSignedIn()
    const replies = [
      await app.request('GET', `${path}?token=${UNKNOWN_TOKEN}`),
      await app.request('GET', path),
      await app.request('GET', `${path}?token=%3Cscript%3E`),
      await submit(app, path, { token: UNKNOWN_TOKEN, ...fields }),
      await submit(app, path, {}),
    ]
    for (const reply of replies) {
      expect([reply.status, headingOf(reply)]).toEqual([400, 'This link does not work'])
      expect(reply.text).not.toContain('<script')
      expect(reply.headers.get('Content-Security-Policy')).toMatch(POLICY)
    }
  })

  it('takes a form of its own kind and size only, by POST', async () => {
    const { app } = await startSignedIn()
    expect((await app.request('POST', path, { body: { token: UNKNOWN_TOKEN } })).status).toBe(415)
    expect((await submit(app, path, { token: 'x'.repeat(16 * 1024) })).status).toBe(413)
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const reply = await app.request(method, path)
      expect([reply.status, reply.headers.get('Allow')]).toEqual([405, 'GET, POST, HEAD, OPTIONS'])
    }
  })

  it('says that the link still works while a store does not answer', async () => {
    const { bindings, fault } = breakableBindings()
    const { app, token } = await startSignedIn({ bindings })
    const link = await mailLink(app, token)
    fault.store = 'database'
    for (const reply of [await app.request('GET', `${path}?token=${link}`), await submit(app, path, { token: link, ...fields })]) {
      expect([reply.status, headingOf(reply)]).toEqual([503, 'Please try again in a moment'])
    }
    fault.store = null
    expect((await submit(app, path, { token: link, ...fields })).status).toBe(200)
  })

  it('logs no token', async () => {
    const { app, token } = await startSignedIn()
    const link = await mailLink(app, token)
    await app.request('GET', `${path}?token=${link}`)
    await submit(app, path, { token: link, ...fields })
    expect(JSON.stringify(app.log)).not.toContain(link)
  })
})

describe('the form for a new password', () => {
  it('comes again with what is wrong, never with what was typed, and spends no link', async () => {
    const { app } = await startSignedIn()
    const token = await forget(app, OLD)
    const reply = await submit(app, '/reset-password', { token, password: 'sh<b>' })
    expect([reply.status, headingOf(reply)]).toEqual([400, 'Set a new password'])
    expect(reply.text).toContain('The password must have at least 8 characters.')
    expect(reply.text).not.toContain('sh<b>')
    expect(reply.text).toContain(`value="${token}"`)
    expect((await submit(app, '/reset-password', { token, password: NEW_PASSWORD })).status).toBe(200)
    expect(await signInStatus(app, OLD, NEW_PASSWORD)).toBe(200)
  })

  it('hides what is typed, keeps nothing from being pasted, and tells password managers whose new password it is', async () => {
    const { app } = await startSignedIn()
    const { text } = await app.request('GET', `/reset-password?token=${await forget(app, OLD)}`)
    const [field = ''] = /<input [^>]*name="password"[^>]*>/.exec(text) ?? []
    for (const attribute of ['type="password"', 'autocomplete="new-password"']) expect(field).toContain(attribute)
    expect(field).not.toMatch(/maxlength|readonly|onpaste|pattern/i)
    expect(text).toContain(`value="${OLD}" autocomplete="username"`)
  })

  it('keeps every character of the password', async () => {
    const { app } = await startSignedIn()
    const password = 'a+b %26 & =ğ 🔑 "\''
    await submit(app, '/reset-password', { token: await forget(app, OLD), password })
    expect(await signInStatus(app, OLD, password)).toBe(200)
  })

  it('takes the longest password there may be, however its characters are sent', async () => {
    const { app } = await startSignedIn()
    const password = '한'.repeat(256)
    const reply = await submit(app, '/reset-password', { token: await forget(app, OLD), password: password.normalize('NFD') })
    expect(reply.status).toBe(200)
    expect(await signInStatus(app, OLD, password)).toBe(200)
  })

  it('says when there were too many attempts', async () => {
    const { app } = await startSignedIn({ vars: { LIMIT_ADDRESS_HASHES_PER_MINUTE: '1' } })
    const other = await app.createAccount()
    const ip = anyAddress()
    await submit(app, '/reset-password', { token: await forget(app, other), password: NEW_PASSWORD }, { ip })
    const reply = await submit(app, '/reset-password', { token: await forget(app, OLD), password: NEW_PASSWORD }, { ip })
    expect([reply.status, headingOf(reply)]).toEqual([429, 'Please try again later'])
    expect(Number(reply.headers.get('Retry-After'))).toBeGreaterThan(0)
  })
})

describe('the page of a change of address', () => {
  it('names the address to come and not whose account it is', async () => {
    const { app, token } = await startSignedIn()
    const reply = await app.request('GET', `/confirm-email-change?token=${await askToMove(app, token, NEW)}`)
    expect(reply.text).toContain(NEW)
    expect(reply.text).not.toContain(OLD)
    expect((await ask(app, 'POST', '/login', { email: OLD, password: PASSWORD })).status).toBe(200)
  })
})
