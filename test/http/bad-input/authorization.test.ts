// What odd Authorization headers get: one bearer token in the form of RFC 6750, or none.
import { describe, expect, it } from 'vitest'
import { encodePart } from '../../support/fixtures.ts'
import { PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { expectRefusal, REFUSED } from '../../support/http/v1-shapes.ts'

const me = (app: TestApp, authorization: string) => app.v1('GET', '/me', { headers: { Authorization: authorization } })

async function startSignedIn() {
  const app = await startApp()
  const { access_token: token } = await app.signIn(await app.createAccount())
  return { app, token }
}

describe('a bearer token', () => {
  it('may be introduced in any case and by any number of spaces', async () => {
    const { app, token } = await startSignedIn()
    for (const scheme of ['Bearer ', 'bearer ', 'BEARER ', 'bEaReR   ']) {
      expect([scheme, (await me(app, scheme + token)).status]).toEqual([scheme, 200])
    }
    expect((await me(app, `Bearer ${token}  `)).status).toBe(200)
  })

  it('is refused in any other form', async () => {
    const { app, token } = await startSignedIn()
    const odd = [
      'Bearer',
      'Bearer ',
      `Bearer ${token}, Bearer ${token}`,
      `Bearer ${token},${token}`,
      `Bearer ${token} ${token}`,
      `Bearer\t${token}`,
      `Bearer "${token}"`,
      `Bearer token=${token}`,
      `Bearer Bearer ${token}`,
      `Bearer ${token}=x`,
      `Bearer:${token}`,
      `Bearer ${token.replaceAll('.', '%2E')}`,
      `Bearer ${'x'.repeat(100_000)}`,
      `Bearer ${'.'.repeat(1000)}`,
    ]
    for (const authorization of odd) {
      const reply = await me(app, authorization)
      expectRefusal(reply, REFUSED.invalidAccessToken)
      expect(reply.headers.get('WWW-Authenticate')).toBe('Bearer realm="postern", error="invalid_token"')
    }
  })

  it('is no token where another scheme or none introduces it', async () => {
    const { app, token } = await startSignedIn()
    const odd = [
      '',
      ' ',
      token,
      `Basic ${btoa(`a@example.com:${PASSWORD}`)}`,
      'Basic',
      `Token ${token}`,
      `Digest x="Bearer ${token}"`,
    ]
    for (const authorization of [...odd, `, Bearer ${token}`, `Bearertoken ${token}`, `DPoP ${token}`]) {
      const reply = await me(app, authorization)
      expectRefusal(reply, REFUSED.unauthorized)
      expect(reply.headers.get('WWW-Authenticate')).toBe('Bearer realm="postern"')
    }
  })

  it('is read from no other place', async () => {
    const { app, token } = await startSignedIn()
    const headers = {
      Cookie: `accessToken=${token}; access_token=${token}`,
      'X-Authorization': `Bearer ${token}`,
      'X-Access-Token': token,
    }
    expectRefusal(await app.v1('GET', '/me', { headers }), REFUSED.unauthorized)
  })
})

describe('a JWT', () => {
  const NOW = Math.floor(Date.now() / 1000)
  const claims = { iss: 'http://localhost:8787', aud: 'http://localhost:8787', sub: 'x', iat: NOW, exp: NOW + 900 }

  it.each([
    ['without a signature', { alg: 'none', typ: 'at+jwt' }],
    ['of no known key', { alg: 'ES256', typ: 'at+jwt', kid: 'unknown' }],
    ['of a key with an odd name', { alg: 'ES256', typ: 'at+jwt', kid: '../../__proto__' }],
    ['of a key that is no name', { alg: 'ES256', typ: 'at+jwt', kid: { a: 1 } }],
    ['under a shared key', { alg: 'HS256', typ: 'at+jwt', kid: 'unknown' }],
    ['that brings its own key', { alg: 'ES256', typ: 'at+jwt', kid: 'x', jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } }],
    ['that asks for its key elsewhere', { alg: 'ES256', typ: 'at+jwt', kid: 'x', jku: 'http://127.0.0.1:1/jwks' }],
    ['whose header is a list', []],
    ['whose header is null', null],
    ['of critical extensions', { alg: 'ES256', typ: 'at+jwt', kid: 'x', crit: ['exp'], exp: 1 }],
  ])('%s is refused', async (_, header) => {
    const { app, token } = await startSignedIn()
    const signature = token.split('.')[2] ?? ''
    for (const text of [
      `${encodePart(header)}.${encodePart(claims)}.${signature}`,
      `${encodePart(header)}.${encodePart(claims)}.`,
    ]) {
      expectRefusal(await me(app, `Bearer ${text}`), REFUSED.invalidAccessToken)
      expectRefusal(await app.v1('POST', '/refresh', { body: { refresh_token: text } }), REFUSED.invalidRefreshToken)
    }
  })

  it('of ours is refused with one claim, its key or one bit of its signature changed', async () => {
    const { app, token } = await startSignedIn()
    const [header = '', payload = '', signature = ''] = token.split('.')
    const own = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
    const first = signature.startsWith('A') ? 'B' : 'A'
    const forged = [
      `${header}.${encodePart({ ...own, permissions: ['systemAdmin'] })}.${signature}`,
      `${header}.${encodePart({ ...own, exp: own.exp + 86_400 })}.${signature}`,
      `${encodePart({ alg: 'ES256', typ: 'JWT', kid: 'x' })}.${payload}.${signature}`,
      `${header}.${payload}.${first}${signature.slice(1)}`,
      `${header}.${payload}.${signature.slice(0, -4)}`,
      `${header}.${payload}.${'A'.repeat(signature.length)}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}..${signature}`,
      `.${payload}.${signature}`,
    ]
    for (const text of forged) expectRefusal(await me(app, `Bearer ${text}`), REFUSED.invalidAccessToken)
  })
})
