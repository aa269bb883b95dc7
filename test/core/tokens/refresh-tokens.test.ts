import { describe, expect, it } from 'vitest'
import { claimsOf, encodePart } from '../../support/fixtures.ts'
import { headerOf, makeRefreshToken, resign, tamper } from '../../support/forgery.ts'
import { startApp, type TestApp } from '../../support/harness.ts'

const SECRET = 'q0bnJ7Zk3vXy9fTgLrWm2sHdPc5eAuIo8tYw1NzKxVE'
const NEXT_SECRET = 'Vv7mPq2LxK9sTzR4bYw8cNf1hJd6gAe3uQo5iMkXtB0'

function refresh(app: TestApp, refreshToken: unknown) {
  return app.v1('POST', '/refresh', { body: { refresh_token: refreshToken } })
}

async function isRefused(app: TestApp, refreshToken: string): Promise<boolean> {
  const { status, body } = await refresh(app, refreshToken)
  return status === 401 && body.code === 'invalid_token'
}

describe('a refresh token', () => {
  it('says which session and counter it is for, whose, and until when', async () => {
    const app = await startApp()
    const grant = await app.signIn(await app.createAccount())
    expect(headerOf(grant.refresh_token)).toEqual({ alg: 'HS256', typ: 'rt+jwt', kid: expect.stringMatching(/^[0-9a-f]{8}$/) })
    const told = { sub: grant.user.id, iat: app.clock.now, exp: app.clock.now + 30 * 86_400, token_type: 'refresh' }
    expect(claimsOf(grant.refresh_token)).toEqual({ sid: claimsOf(grant.access_token).sid, ctr: 0, ...told })
  })

  it('is refused when forged, and the session lives on', async () => {
    const app = await startApp()
    const { refresh_token: token, access_token: access } = await app.signIn(await app.createAccount())
    const claims = claimsOf(token)
    const forgeries = [
      tamper(token, { header: { alg: 'none' }, signature: '' }),
      tamper(token, { header: { alg: 'HS512' } }),
      tamper(token, { header: { typ: 'JWT' } }),
      tamper(token, { header: { kid: '00000000' } }),
      tamper(token, { claims: { ctr: 1 } }),
      tamper(token, { signature: '' }),
      await makeRefreshToken(claims, NEXT_SECRET),
      await makeRefreshToken(claims, SECRET, { purpose: 'object-names' }),
      await makeRefreshToken(claims, SECRET, { type: 'at+jwt' }),
      await resign(app, claims, 'rt+jwt'),
      access,
      'x',
      `${encodePart('{}')}.${encodePart('{}')}.`,
    ]
    for (const forgery of forgeries) expect([forgery, await isRefused(app, forgery)]).toEqual([forgery, true])
    expect((await refresh(app, token)).status).toBe(200)
  })

  it('is refused with a counter that was never issued, or claims that are none, and the session lives on', async () => {
    const app = await startApp()
    const { refresh_token: token } = await app.signIn(await app.createAccount())
    const { sid } = claimsOf(token)
    const odd = [
      { sid, ctr: 1 },
      { sid, ctr: -1 },
      { sid, ctr: 0.5 },
      { sid, ctr: '0' },
      { sid },
      { ctr: 0 },
      { sid: 'x', ctr: 0 },
      { sid: [sid], ctr: 0 },
    ]
    for (const claims of [...odd, { sid: sid.toUpperCase(), ctr: 0 }, { sid: `${sid.slice(0, 32)}${'0'.repeat(32)}`, ctr: 0 }]) {
      expect([claims, await isRefused(app, await makeRefreshToken(claims, SECRET))]).toEqual([claims, true])
    }
    expect((await refresh(app, token)).status).toBe(200)
  })
})

describe('a new AUTH_SECRET', () => {
  it('accepts tokens of the previous one while that is given, and signs with the new one', async () => {
    const app = await startApp()
    const email = await app.createAccount()
    const grant = await app.signIn(email)
    const vars = { AUTH_SECRET: NEXT_SECRET, AUTH_SECRET_PREVIOUS: SECRET }
    const rotated = await startApp({ keepStorage: true, vars })
    expect((await rotated.v1('GET', '/me', { token: grant.access_token })).status).toBe(200)
    const reply = await refresh(rotated, grant.refresh_token)
    expect(reply.status).toBe(200)
    expect(headerOf(reply.body.refresh_token).kid).not.toBe(headerOf(grant.refresh_token).kid)
    // A lost reply is repeated across the change of the secret, too.
    expect((await refresh(rotated, grant.refresh_token)).body.refresh_token).toBe(reply.body.refresh_token)

    const settled = await startApp({ keepStorage: true, vars: { AUTH_SECRET: NEXT_SECRET } })
    expect(await isRefused(settled, grant.refresh_token)).toBe(true)
    expect((await refresh(settled, reply.body.refresh_token)).status).toBe(200)
  })

  it('refuses tokens of the previous one when that is not given', async () => {
    const app = await startApp()
    const grant = await app.signIn(await app.createAccount())
    const rotated = await startApp({ keepStorage: true, vars: { AUTH_SECRET: NEXT_SECRET } })
    expect(await isRefused(rotated, grant.refresh_token)).toBe(true)
  })
})
