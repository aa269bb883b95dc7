// What odd spellings of a path get: either they are no path of ours, or they are the path and everything that guards it.
import { describe, expect, it } from 'vitest'
import { PASSWORD, startApp } from '../../support/harness.ts'
import { expectRefusal, REFUSED } from '../../support/http/v1-shapes.ts'

const WRONG = { email: 'someone@example.com', password: 'wrong' }

describe('encoded letters in a path', () => {
  it('lead to the same limits as plain ones', async () => {
    const app = await startApp()
    const spellings = ['login', '%6cogin', '%6Cogin', 'l%6fgin', '%6c%6f%67%69%6e', 'logi%6e']
    for (const spelling of spellings.slice(0, 5)) {
      expectRefusal(await app.v1('POST', `/${spelling}`, { body: WRONG }), REFUSED.invalidCredentials)
    }
    for (const spelling of spellings) expectRefusal(await app.v1('POST', `/${spelling}`, { body: WRONG }), REFUSED.rateLimited)
    expectRefusal(await app.request('POST', '/%61pi/v1/%61uth/login', { body: WRONG }), REFUSED.rateLimited)
  })

  it('lead to the same size limit and the same answers to a wrong method', async () => {
    const app = await startApp()
    const body = { email: 'x'.repeat(20_000) }
    expectRefusal(await app.v1('POST', '/%6cogin', { body }), REFUSED.bodyTooLarge)
    expectRefusal(await app.v1('GET', '/%6cogin'), REFUSED.methodNotAllowed)
  })

  it('are decoded once only', async () => {
    const app = await startApp()
    expectRefusal(await app.v1('POST', '/%256cogin', { body: WRONG }), REFUSED.notFound)
  })
})

describe('paths that are not ours', () => {
  it.each([
    '/api/v1/auth//login',
    '//api/v1/auth/login',
    '/api//v1/auth/login',
    '/api/v1/auth/login/',
    '/api/v1/auth/login%2f',
    '/api/v1/auth%2flogin',
    '/api/v1/auth/login%00',
    '/api/v1/auth/login%20',
    '/api/v1/auth/login;x=1',
    '/api/v1/auth/LOGIN',
    '/API/v1/auth/login',
    '/api/v1/auth/login.json',
    '/api/v1/auth/__proto__',
    '/api/v1/auth/constructor',
    '/api/v1/auth/%',
    '/api/v1/auth/%zz',
    '/api/v1/auth/%c3%28',
    '/api/v1/auth/%ff',
    `/api/v1/auth/${'x'.repeat(100)}`,
    '/api/v1',
    '/.env',
    '/.dev.vars',
    '/src/index.ts',
    '/docs/a/b',
  ])('are 404, whatever the method: %s', async (path) => {
    const app = await startApp()
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const reply = await app.fetch(new Request(`http://localhost:8787${path}`, { method }))
      expect([method, reply.status]).toEqual([method, 404])
      expect(await reply.json()).toMatchObject({ code: 'not_found', message: 'Not found' })
    }
  })

  it('include every file that is not in the reference', async () => {
    const app = await startApp()
    for (const file of ['..%2f..%2f.dev.vars', '%2e%2e%2fopenapi.json', '..%5copenapi.json', '__proto__', '%', '%00', '?', 'a b']) {
      expectRefusal(await app.request('GET', `/docs/${file}`), REFUSED.notFound)
    }
    expectRefusal(await app.request('GET', `/api/v1/auth/${'x'.repeat(8000)}`), REFUSED.notFound)
  })

  it('include none that dot segments lead away from', async () => {
    const app = await startApp()
    for (const path of ['/api/v1/auth/x/../login', '/api/v1/auth/./login', '/api/v1/auth/x/%2e%2e/login']) {
      expectRefusal(await app.request('POST', path, { body: WRONG }), REFUSED.invalidCredentials)
    }
  })
})

describe('odd ids and queries', () => {
  it.each([
    '%00',
    '%ff',
    '%',
    '__proto__',
    '*',
    '%27%20OR%201=1',
    'x'.repeat(5000),
    '0'.repeat(63),
    '0'.repeat(65),
    '%F0%9F%94%91',
  ])('a session id of %s is nobody’s session', async (id) => {
    const app = await startApp()
    const { access_token: token } = await app.signIn(await app.createAccount())
    expectRefusal(await app.v1('DELETE', `/sessions/${id}`, { token }), REFUSED.notFound)
  })

  it('reads a user_id as it stands, the first of two, and none of another name', async () => {
    const app = await startApp()
    const grant = await app.signIn(await app.createAccount())
    const list = (query: string) => app.v1('GET', `/sessions?${query}`, { token: grant.access_token })
    const own = grant.user.id
    expect((await list(`user_id=${own}&user_id=x`)).status).toBe(200)
    expect((await list('USER_ID=x&user_id[]=x&userId=x')).status).toBe(200)
    for (const query of [`user_id=x&user_id=${own}`, 'user_id=', `user_id=${own.toUpperCase()}`, 'user_id=%00', 'user_id=%ff']) {
      expectRefusal(await list(query), REFUSED.forbidden)
    }
  })

  it('takes no credentials from a query', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const { access_token: token } = await app.signIn(email)
    const query = `email=${email}&password=${encodeURIComponent(PASSWORD)}&access_token=${token}`
    expectRefusal(await app.v1('POST', `/login?${query}`), REFUSED.missingCredentials)
    expectRefusal(await app.v1('GET', `/me?${query}`), REFUSED.unauthorized)
  })
})
