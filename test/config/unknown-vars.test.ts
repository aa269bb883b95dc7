import { describe, expect, it } from 'vitest'
import { warnOfUnknownVars } from '../../src/config/unknown-vars.ts'
import type { Log } from '../../src/platform/runtime/log.ts'
import { BINDINGS, startApp } from '../support/harness.ts'

function told(env: object, times = 1): unknown[] {
  const lines: unknown[] = []
  const log: Log = (level, event, fields) => void lines.push({ level, event, ...fields })
  for (let count = 0; count < times; count += 1) warnOfUnknownVars(env, log)
  return lines
}

const warning = (reason: string) => [{ level: 'warn', event: 'unknown vars', reason }]

describe('vars that nothing reads', () => {
  it.each([
    ['ACCES_TOKEN_TTL', 'ACCESS_TOKEN_TTL_SECONDS'],
    ['ACCESS_TOKEN_TTL', 'ACCESS_TOKEN_TTL_SECONDS'],
    ['PUBLICURL', 'PUBLIC_URL'],
    ['public_url', 'PUBLIC_URL'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['SIGNUP', 'SIGN_UP'],
    ['AUTH_SECERT', 'AUTH_SECRET'],
    ['ENVIROMENT', 'ENVIRONMENT'],
    ['SHARED_SECRET', 'SHARED_TOKEN_SECRET'],
  ])('are named with the one that they are like: %s', (name, meant) => {
    expect(told({ [name]: 'a value that is nobody’s business' })).toEqual(warning(`nothing reads ${name} (is ${meant} meant?)`))
  })

  it('are told in one line, once, however often the configuration is read', () => {
    const env = { SIGN_UPP: 'closed', DEPLOYED_BY: 'ada', RELEASE: 7, IS_NEW: true }
    const reason = 'nothing reads DEPLOYED_BY, IS_NEW, RELEASE, SIGN_UPP (is SIGN_UP meant?)'
    expect(told(env, 3)).toEqual(warning(reason))
    const many = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`X${String(index).padStart(2, '0')}`, '']))
    expect(told(many)).toEqual([expect.objectContaining({ reason: expect.stringMatching(/X19 and 5 more$/) })])
  })

  it('are none of what Cloudflare sets, nor of bindings, nor of what the table knows', () => {
    const own = { CF_PAGES: '1', CLOUDFLARE_ENV: 'staging', WRANGLER_LOG: 'debug', __STATIC_CONTENT_MANIFEST: '{}' }
    const bindings = { OTHER_WORKER: { fetch() {} }, CALL: () => {}, VERSION: { id: 'a' }, NOTHING: undefined, SETTINGS: { a: 1 } }
    expect(told({ ...own, ...bindings, ENVIRONMENT: 'development', SIGN_UP: 'closed', AUTH_SECRET: 'x' })).toEqual([])
    expect(told({ ...BINDINGS })).toEqual([])
  })

  it('are told where the configuration is refused for what is missing, too', async () => {
    const app = await startApp({ vars: { AUTH_SECRET: undefined, AUTH_SECERT: 'x'.repeat(43) } })
    for (let count = 0; count < 2; count += 1) expect((await app.request('GET', '/readyz')).status).toBe(503)
    const lines = app.log.filter(({ event }) => event === 'unknown vars')
    expect(lines.map(({ fields }) => fields.reason)).toEqual(['nothing reads AUTH_SECERT (is AUTH_SECRET meant?)'])
  })
})
