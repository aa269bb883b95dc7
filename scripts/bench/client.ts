// What the client package adds to verifying a token at `token` freshness, over a bare jose loop in the same process.

import { jwtVerify } from 'jose'
import { createVerifier } from '../../src/client/verifier.ts'
import { generateSigningKey, importSigningKey, signToken } from '../../src/platform/jwt.ts'

const TURNS = 15
const TOKENS_A_TURN = 300
const ISSUER = 'https://auth.example.com'

/** Median over turns that take each other's place, so that a busy moment hits both. */
export async function measureClient(): Promise<number> {
  const { publicJwk, privateJwk } = await generateSigningKey()
  const now = Math.floor(Date.now() / 1000)
  const token = await signToken('at+jwt', claims(now), { kid: publicJwk.kid, privateKey: await importSigningKey(privateJwk) })
  const terms = { issuer: ISSUER, audience: ISSUER, maxTokenAgeSeconds: 900, cacheSeconds: 600 }
  const unused = async () => ({ ok: false, code: 'internal_error' }) as const
  const verifier = createVerifier({
    authenticate: unused,
    jwks: async () => ({ ok: true, value: { keys: [publicJwk], ...terms } }),
  })
  const key = await importSigningKey(publicJwk)
  const options = { algorithms: ['ES256'], issuer: ISSUER, audience: ISSUER, typ: 'at+jwt', maxTokenAge: 900 }

  const bare = () => jwtVerify(token, key, options)
  const ours = () => verifier.authenticate(token, { freshness: 'token' })
  if (!(await ours()).ok) throw new Error('Cannot measure the client: it refuses the token')
  const ratios: number[] = []
  for (let turn = 0; turn < TURNS; turn += 1) {
    const alone = await time(bare)
    ratios.push((await time(ours)) / alone)
  }
  return ratios.sort((a, b) => a - b)[Math.floor(TURNS / 2)] ?? Number.NaN
}

async function time(verify: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  for (let count = 0; count < TOKENS_A_TURN; count += 1) await verify()
  return performance.now() - start
}

function claims(now: number) {
  const times = { iat: now, exp: now + 900, auth_time: now }
  const who = { sub: crypto.randomUUID(), sid: 'a'.repeat(64), jti: crypto.randomUUID(), email: 'ada@example.com' }
  return { iss: ISSUER, aud: ISSUER, ...who, ...times, amr: ['pwd'], roles: ['user'], permissions: [] }
}
