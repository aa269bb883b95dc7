// What a hostile worker reaches over its binding, in the bundle that is deployed and with the runtime's own RPC: test/rpc/entrypoints.test.ts
// meets the entrypoints through the test plugin's wrapper.
import { randomBytes } from 'node:crypto'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleService } from '../../../bench/measure/modules.ts'
import { makeTemporaryDirectory } from '../../support/e2e/checkout.ts'

const CONTRACT = {
  AuthService: ['authenticate', 'getUser', 'jwks', 'login', 'revokeSession', 'verifyPassword', 'verifyToken'],
  TokenVerifier: ['authenticate', 'jwks', 'verifyToken'],
  // Those whose arguments may not be left out.
  AdminService: ['getUser', 'deleteUser', 'setPassword', 'grantPermissions', 'endSession', 'retryMail'],
}
const OTHERS = ['calls', '#calls', '_calls', 'env', 'ctx', 'open', 'settle', 'auth', 'constructor', '__proto__', 'alarm']
const COMPATIBILITY = { compatibilityDate: '2026-10-01', compatibilityFlags: ['nodejs_compat'] }

/** Calls a method by name and says what came of it. */
const PROBE = `export default { async fetch(request, env) {
  const { binding, method } = await request.json()
  try {
    const answer = await (method === 'fetch' ? env[binding].fetch('https://postern.example/healthz') : env[binding][method]())
    return Response.json({ answered: true, answer: method === 'fetch' ? answer.status : answer ?? null })
  } catch (error) { return Response.json({ answered: false, message: error.message }) }
} }`

let miniflare: Miniflare

beforeAll(async () => {
  const modules = await bundleService(await makeTemporaryDirectory())
  const props = { caller: 'probe', rights: ['verify', 'login', 'users', 'sessions', 'admin'] }
  const postern = {
    ...COMPATIBILITY,
    name: 'postern',
    modules: modules.map((module) => ({ ...module })),
    d1Databases: ['DB'],
    kvNamespaces: ['SESSIONS'],
    email: { send_email: [{ name: 'EMAIL' }] },
    durableObjects: {
      SESSION_LEDGER: { className: 'SessionLedger', useSQLite: true },
      LOGIN_LIMITER: { className: 'LoginLimiter', useSQLite: true },
    },
    bindings: {
      PUBLIC_URL: 'http://localhost:8787',
      ENVIRONMENT: 'development',
      AUTH_SECRET: randomBytes(32).toString('base64url'),
    },
  }
  const serviceBindings = {
    AuthService: { name: 'postern', entrypoint: 'AuthService', props },
    TokenVerifier: { name: 'postern', entrypoint: 'TokenVerifier', props },
    AdminService: { name: 'postern', entrypoint: 'AdminService', props },
  }
  const probe = { ...COMPATIBILITY, name: 'probe', modules: true, script: PROBE, serviceBindings }
  miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [probe, postern] }))
})
afterAll(() => miniflare?.dispose())

async function call(binding: string, method: string): Promise<{ answered: boolean; answer?: unknown; message?: string }> {
  const init = { method: 'POST', body: JSON.stringify({ binding, method }) }
  return (await (await miniflare.dispatchFetch('http://probe.local', init)).json()) as { answered: boolean }
}

describe.each(Object.entries(CONTRACT))('%s', (entrypoint, methods) => {
  it.each(methods)('answers to %s, and takes missing arguments for an invalid request', async (method) => {
    const reply = await call(entrypoint, method)
    if (method === 'jwks') return expect(reply).toMatchObject({ answered: true, answer: { ok: expect.any(Boolean) } })
    expect(reply.answered ? reply.answer : { ok: false, code: reply.message }).toEqual({ ok: false, code: 'invalid_request' })
  })

  it.each([...OTHERS, ...CONTRACT.AuthService.filter((method) => !methods.includes(method))])(
    'does not answer to %s',
    async (method) => {
      const reply = await call(entrypoint, method)
      expect(reply.answered).toBe(false)
      expect(JSON.stringify(reply)).not.toContain('AUTH_SECRET')
    },
  )

  it('serves no HTTP', async () => {
    expect(await call(entrypoint, 'fetch')).toMatchObject({ answered: false })
  })
})
