import { describe, expect, it } from 'vitest'
import { hasRoutes, toDevelopment } from '../../../tools/dev/dev-config.ts'

describe('wrangler.toml in development', () => {
  it.each([
    [{ routes: [{ pattern: 'auth.example.com', custom_domain: true }] }, true],
    [{ route: 'auth.example.com/*' }, true],
    [{ env: { staging: { routes: ['auth.example.com/*'] } } }, true],
    [{ routes: ['auth.example.com/*'], dev: { host: 'auth.example.com' } }, false],
    [{ dev: { port: 8787 }, env: { staging: {} } }, false],
    [{}, false],
  ])('%j has wrangler answer for another host: %s', (config, has) => {
    expect(hasRoutes(config)).toBe(has)
  })

  it('has no routes, and the origin that it is served at in every environment', () => {
    const config = { name: 'postern', routes: ['a/*'], vars: { A: '1' }, env: { staging: { route: 'b/*', vars: { B: '2' } } } }
    expect(toDevelopment(config, null)).toEqual({ name: 'postern', vars: { A: '1' }, env: { staging: { vars: { B: '2' } } } })
    const PUBLIC_URL = 'http://localhost:8790'
    expect(toDevelopment(config, PUBLIC_URL)).toEqual({
      name: 'postern',
      vars: { A: '1', PUBLIC_URL },
      env: { staging: { vars: { B: '2', PUBLIC_URL } } },
    })
  })
})
