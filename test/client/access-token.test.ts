// What another service refuses by itself, without asking Postern about the token: the same as Postern would.
import { describe, expect, it } from 'vitest'
import { createVerifier } from '../../src/client/verifier.ts'
import { createCalls } from '../../src/rpc/calls.ts'
import { claimsOf, encodePart, rows } from '../support/fixtures.ts'
import { headerOf, resign, signHs256, tamper } from '../support/forgery.ts'
import { PASSWORD, PUBLIC_URL, startApp } from '../support/harness.ts'

/** A signed-in user, and whether the client takes a token at `token` freshness. */
async function setUp() {
  const app = await startApp()
  const { access_token: token } = await app.signIn(await app.createAccount({ username: 'ada' }))
  const binding = createCalls(() => ({ auth: app.auth, log: () => {} }), { caller: 'notes-api' })
  const verifier = createVerifier(binding, { clock: () => app.clock.now })
  const judge = async (candidate: string) => {
    const answer = await verifier.authenticate(candidate, { freshness: 'token' })
    return answer.ok ? 'accepted' : answer.code
  }
  expect(await judge(token)).toBe('accepted')
  return { app, token, claims: claimsOf(token), judge }
}

const REFUSED = 'invalid_token'

describe('the client refuses', () => {
  it('a token that is none, or without a signature', async () => {
    const { token, judge } = await setUp()
    const forgeries = [
      ...['', '.', '..', 'a.b.c', 'e30.e30.e30', '\ud800.\ud800.\ud800', 'x'.repeat(100_000)],
      ...[`${encodePart('null')}.${encodePart('null')}.`, `${encodePart('[]')}..`],
      tamper(token, { header: { alg: 'none' }, signature: '' }),
      tamper(token, { signature: '' }),
      tamper(token, { signature: 'A' }),
      `${token}.`,
    ]
    for (const forgery of forgeries) expect([forgery, await judge(forgery)]).toEqual([forgery, REFUSED])
  })

  it('another algorithm, the public key as a secret, and an extension nobody knows', async () => {
    const { token, claims, judge } = await setUp()
    const [key] = await rows<{ public_jwk: string }>('SELECT public_jwk FROM signing_keys')
    expect(await judge(await signHs256({ ...headerOf(token), alg: 'HS256' }, claims, key?.public_jwk ?? ''))).toBe(REFUSED)
    const headers = [{ alg: 'ES384' }, { alg: undefined }, { typ: 'JWT' }, { kid: 1 }, { kid: '__proto__' }, { crit: ['x'], x: 1 }]
    for (const header of headers) expect([header, await judge(tamper(token, { header }))]).toEqual([header, REFUSED])
  })

  it('claims that were changed, and a key of the attacker under our name', async () => {
    const { app, token, claims, judge } = await setUp()
    expect(await judge(tamper(token, { claims: { permissions: ['systemAdmin'] } }))).toBe(REFUSED)
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    const own = { kid: String(headerOf(token).kid), privateKey: (pair as CryptoKeyPair).privateKey }
    expect(await judge(await resign(app, claims, 'at+jwt', own))).toBe(REFUSED)
  })

  it('another type, issuer or audience, a claim that is missing, and one of the wrong type', async () => {
    const { app, claims, judge } = await setUp()
    for (const type of ['JWT', 'st+jwt', 'rt+jwt'])
      expect([type, await judge(await resign(app, claims, type))]).toEqual([type, REFUSED])
    const others = [{ iss: `${PUBLIC_URL}/` }, { aud: 'https://other.example' }]
    const missing = ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp', 'auth_time', 'amr', 'roles', 'permissions', 'email']
    const wrong = [
      { sub: 1 },
      { sid: [] },
      { email: {} },
      { permissions: 'x' },
      { permissions: [1] },
      { roles: 'admin' },
      { amr: 'pwd' },
    ]
    const times = [{ auth_time: '1' }, { iat: '1' }, { exp: '99999999999' }]
    for (const change of [...others, ...missing.map((name) => ({ [name]: undefined })), ...wrong, ...times])
      expect([change, await judge(await resign(app, { ...claims, ...change }))]).toEqual([change, REFUSED])
  })

  it('a time beyond what two clocks may differ by', async () => {
    const { app, claims, judge } = await setUp()
    const { now } = app.clock
    expect(await judge(await resign(app, { ...claims, iat: now + 4 }))).toBe('accepted')
    for (const change of [{ iat: now + 60 }, { iat: now - 906, exp: now + 900 }, { nbf: now + 60 }, { exp: now - 6 }])
      expect([change, await judge(await resign(app, { ...claims, ...change }))]).toEqual([change, REFUSED])
  })

  it('a stable token, which says nothing by itself', async () => {
    const { app, judge } = await setUp()
    const { body } = await app.request('POST', '/api/stable/auth/login', { body: { username: 'ada', password: PASSWORD } })
    expect(await judge(body.data.token)).toBe(REFUSED)
  })
})
