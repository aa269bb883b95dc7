import { describe, expect, it } from 'vitest'
import { mergeSettings } from '../../../tools/settings/merge.ts'

const CODE = {
  name: 'postern',
  main: 'src/index.ts',
  d1_databases: [{ binding: 'DB', database_name: 'postern', migrations_dir: 'migrations' }],
  kv_namespaces: [{ binding: 'SESSIONS' }],
  send_email: [{ name: 'EMAIL' }],
  durable_objects: { bindings: [{ name: 'SESSION_LEDGER', class_name: 'SessionLedger' }] },
  observability: { enabled: true, logs: { enabled: true, invocation_logs: false } },
}

/** A part of what comes out. */
const merge = (settings: Record<string, unknown>, name: string) => mergeSettings(CODE, settings)[name]
const environment = (settings: Record<string, unknown>, name = 'staging') =>
  (mergeSettings(CODE, settings).env as Record<string, Record<string, unknown>>)[name]

describe('mergeSettings()', () => {
  it('is the code’s configuration where nothing is chosen', () => {
    expect(mergeSettings(CODE, {})).toEqual(CODE)
  })

  it('adds vars and routes, and changes members of tables one by one', () => {
    const settings = {
      vars: { SIGN_UP: 'closed' },
      routes: [{ pattern: 'a.example', custom_domain: true }],
      observability: { logs: { enabled: false } },
    }
    expect(mergeSettings(CODE, settings)).toEqual({
      ...CODE,
      vars: { SIGN_UP: 'closed' },
      routes: [{ pattern: 'a.example', custom_domain: true }],
      observability: { enabled: true, logs: { enabled: false, invocation_logs: false } },
    })
  })

  it('takes entries of one binding for one, wherever they stand, and others as further ones', () => {
    const database = { binding: 'DB', database_name: 'auth' }
    expect(merge({ d1_databases: [database, { binding: 'DB', database_id: 'id' }] }, 'd1_databases')).toEqual([
      { binding: 'DB', database_name: 'auth', migrations_dir: 'migrations', database_id: 'id' },
    ])
    expect(merge({ kv_namespaces: [{ binding: 'MINE', id: 'x' }] }, 'kv_namespaces')).toEqual([
      { binding: 'SESSIONS' },
      { binding: 'MINE', id: 'x' },
    ])
    expect(merge({ send_email: [{ name: 'EMAIL', allowed_sender_addresses: ['a@example.com'] }] }, 'send_email')).toEqual([
      { name: 'EMAIL', allowed_sender_addresses: ['a@example.com'] },
    ])
    const object = { name: 'MINE', class_name: 'Mine', script_name: 'other' }
    expect(merge({ durable_objects: { bindings: [object] } }, 'durable_objects')).toEqual({
      bindings: [...CODE.durable_objects.bindings, object],
    })
  })

  it('gives an environment every binding of the service, each to something of its own, and none of the vars', () => {
    const top = {
      vars: { PUBLIC_URL: 'https://auth.example.com' },
      d1_databases: [{ binding: 'DB', database_id: 'production' }],
      kv_namespaces: [{ binding: 'SESSIONS', id: 'production' }],
    }
    expect(environment({ ...top, env: { staging: { vars: { SIGN_UP: 'closed' } } } })).toEqual({
      vars: { SIGN_UP: 'closed' },
      d1_databases: [{ binding: 'DB', database_name: 'postern-staging', migrations_dir: 'migrations' }],
      kv_namespaces: [{ binding: 'SESSIONS' }],
      send_email: CODE.send_email,
      durable_objects: CODE.durable_objects,
    })
  })

  it('takes the names and ids that an environment has of its own', () => {
    const own = {
      d1_databases: [{ binding: 'DB', database_name: 'other', database_id: 'id' }],
      kv_namespaces: [{ binding: 'SESSIONS', id: 'kv' }],
    }
    expect(environment({ env: { staging: own } })).toMatchObject({
      d1_databases: [{ binding: 'DB', database_name: 'other', migrations_dir: 'migrations', database_id: 'id' }],
      kv_namespaces: [{ binding: 'SESSIONS', id: 'kv' }],
    })
  })

  it('gives an environment no route of the top level', () => {
    const routes = ['auth.example.com/*']
    expect(environment({ routes, env: { staging: {} } })).toMatchObject({ routes: [] })
    expect(environment({ routes, env: { staging: { routes: ['staging.example.com/*'] } } })).toMatchObject({
      routes: ['staging.example.com/*'],
    })
    expect(environment({ route: routes[0], env: { staging: { route: 'staging.example.com/*' } } })).not.toHaveProperty('routes')
  })

  it('unites an environment of both files', () => {
    const merged = mergeSettings(
      { ...CODE, env: { staging: { vars: { A: '1' } }, other: {} } },
      { env: { staging: { vars: { B: '2' } } } },
    )
    expect(merged.env).toMatchObject({ staging: { vars: { A: '1', B: '2' } }, other: { send_email: CODE.send_email } })
  })
})
