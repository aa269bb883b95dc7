// What belongs to no API: keys, reference, health.
import { Hono } from 'hono'
import { AuthError } from '../../auth/errors.ts'
import type { AppEnv } from '../shared/context.ts'
import { DOCS_PAGE, DOCS_POLICY, DOCS_SCRIPT } from './docs-page.ts'

/** Needs no configuration, so that it answers while AUTH_SECRET is missing. */
export function createReference(openApi: () => Readonly<Record<string, unknown>>) {
  return new Hono<AppEnv>()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/openapi.json', (c) => {
      c.header('Cache-Control', 'public, max-age=300')
      return c.json(openApi())
    })
    .get('/docs', (c) => {
      c.header('Content-Security-Policy', DOCS_POLICY)
      c.header('Cache-Control', 'public, max-age=300')
      return c.html(DOCS_PAGE)
    })
    .get('/docs/start.js', (c) => {
      c.header('Cache-Control', 'public, max-age=300')
      return c.body(DOCS_SCRIPT, 200, { 'Content-Type': 'text/javascript; charset=utf-8' })
    })
    .get('/docs/:file', async (c) => {
      const asset = await c.env.ASSETS.fetch(new URL(`/docs/${c.req.param('file')}`, c.req.url))
      if (!asset.ok) throw new AuthError('not_found', 'no such asset')
      const headers = new Headers(asset.headers)
      headers.set('Cache-Control', 'public, max-age=86400')
      return new Response(asset.body, { headers })
    })
}

export function createOperations(jwksCacheSeconds: (env: AppEnv['Bindings']) => number) {
  return new Hono<AppEnv>()
    .get('/.well-known/jwks.json', async (c) => {
      const keys = await c.var.auth.publicKeys()
      c.header('Cache-Control', `public, max-age=${jwksCacheSeconds(c.env)}`)
      return c.json({ keys })
    })
    .get('/readyz', async (c) => {
      const checks = await c.var.auth.checkReadiness()
      const isReady = Object.values(checks).every((state) => state === 'ok')
      if (!isReady) c.header('Retry-After', '5')
      return c.json({ status: isReady ? 'ok' : 'unavailable', checks }, isReady ? 200 : 503)
    })
}
