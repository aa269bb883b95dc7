// What belongs to no API: keys, metadata, reference, health.
import type { Context } from 'hono'
import { AuthError } from '../../core/kernel/errors.ts'
import type { AppEnv } from '../shared/context.ts'
import { createRoutes } from '../shared/routes.ts'

/** Swagger UI sets style attributes and draws its icons from data: URLs; scripts come from this origin only. */
const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** @param path of a file under .postern/assets, which `tools/dev/prepare.ts` fills */
export type FetchAsset = (bindings: AppEnv['Bindings'], path: string) => Promise<Response>

/** Files of this worker's own. Needs no configuration, so that it answers while AUTH_SECRET is missing. */
export function createReference(fetchAsset: FetchAsset) {
  async function serve(c: Context<AppEnv>, path: string, maxAgeSeconds: number): Promise<Response> {
    const asset = await fetchAsset(c.env, path)
    if (!asset.ok) throw new AuthError('not_found', 'no such asset')
    c.header('Content-Type', asset.headers.get('Content-Type') ?? 'application/octet-stream')
    c.header('Cache-Control', `public, max-age=${maxAgeSeconds}`)
    return c.body(asset.body ?? '')
  }
  return createRoutes()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/openapi.json', (c) => serve(c, '/openapi.json', 300))
    .get('/api/admin/openapi.json', (c) => serve(c, '/admin-openapi.json', 300))
    .get('/docs', (c) => {
      c.header('Content-Security-Policy', DOCS_POLICY)
      return serve(c, '/docs/index.html', 300)
    })
    .get('/docs/:file', (c) => serve(c, `/docs/${encodeURIComponent(c.req.param('file'))}`, 86_400))
}

const JWKS_PATH = '/.well-known/jwks.json'

interface Published {
  /** What tokens say in `iss`. */
  readonly publicUrl: string
  readonly jwksCacheSeconds: number
}

export function createOperations(readConfig: (env: AppEnv['Bindings']) => Published) {
  return createRoutes()
    .get(JWKS_PATH, async (c) => {
      const keys = await c.var.auth.publicKeys()
      c.header('Cache-Control', `public, max-age=${readConfig(c.env).jwksCacheSeconds}`)
      return c.json({ keys })
    })
    .get('/.well-known/oauth-authorization-server', (c) => {
      const { publicUrl, jwksCacheSeconds } = readConfig(c.env)
      c.header('Cache-Control', `public, max-age=${jwksCacheSeconds}`)
      return c.json({
        issuer: publicUrl,
        jwks_uri: `${publicUrl}${JWKS_PATH}`,
        // RFC 8414, section 2, asks for the one, and reads the absence of the other as two grants that there are not. So both are said,
        // although section 3.2 would have empty lists left out. Without a grant there is no endpoint to name.
        response_types_supported: [],
        grant_types_supported: [],
        service_documentation: `${publicUrl}/docs`,
      })
    })
    .get('/readyz', async (c) => {
      const checks = await c.var.auth.checkReadiness()
      const isReady = Object.values(checks).every((state) => state === 'ok')
      if (!isReady) c.header('Retry-After', '5')
      return c.json({ status: isReady ? 'ok' : 'unavailable', checks }, isReady ? 200 : 503)
    })
}
