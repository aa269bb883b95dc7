// A worker that is bound to Postern and checks tokens: by RPC, with the client package, and with bare jose beside them.
import { importJWK, jwtVerify } from 'jose'
import type { Freshness, TokenVerifierBinding } from '../../src/client/bindings.ts'
import { createVerifier } from '../../src/client/verifier.ts'

interface CallerBindings {
  readonly POSTERN: TokenVerifierBinding
}

type Check = (env: CallerBindings, token: string) => Promise<boolean>

/** What bare jose needs to know, which it is told once. */
let terms: Promise<{ key: CryptoKey | Uint8Array; options: Parameters<typeof jwtVerify>[2] }> | undefined

const CHECKS: Readonly<Record<string, Check>> = {
  '/jose': checkByJose,
  '/verify-token': async (env, token) => (await env.POSTERN.verifyToken(token)) !== null,
  '/authenticate-token': authenticateAt('token'),
  '/authenticate-edge': authenticateAt('edge'),
  '/authenticate-strict': authenticateAt('strict'),
}

export default {
  async fetch(request: Request, env: CallerBindings): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    const token = request.headers.get('Authorization')?.slice('Bearer '.length) ?? ''
    const check = CHECKS[pathname]
    // More than once in a request, where the request itself would be most of what is measured.
    for (let time = Number(searchParams.get('times') ?? 1); time > 0; time -= 1) {
      if (!(await check?.(env, token))) return new Response('The token does not count', { status: 401 })
    }
    return new Response('ok')
  },
}

function authenticateAt(freshness: Freshness): Check {
  return async (env, token) => (await createVerifier(env.POSTERN).authenticate(token, { freshness })).ok
}

async function checkByJose(env: CallerBindings, token: string): Promise<boolean> {
  terms ??= learnTerms(env)
  const { key, options } = await terms
  await jwtVerify(token, key, options)
  return true
}

async function learnTerms({ POSTERN }: CallerBindings) {
  const answer = await POSTERN.jwks()
  const jwk = answer.ok ? answer.value.keys[0] : undefined
  if (!answer.ok || !jwk) throw new Error('Cannot check tokens: Postern tells no keys')
  const { issuer, audience, maxTokenAgeSeconds: maxTokenAge } = answer.value
  return { key: await importJWK(jwk, 'ES256'), options: { algorithms: ['ES256'], issuer, audience, typ: 'at+jwt', maxTokenAge } }
}
