// The worker as HTTP: request id, log line, header fields, and which face answers what.
import type { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { fetchAsset } from '../config/assets.ts'
import { isDevelopment } from '../config/config.ts'
import { Unavailable } from '../platform/runtime/deadline.ts'
import { consoleLog, type Log, reasonOf } from '../platform/runtime/log.ts'
import type { Bindings, Service } from '../service.ts'
import { ADMIN_PATH, admin } from './admin/routes.ts'
import { COOKIE_PATH, createCookieFace } from './cookie/routes.ts'
import { renderFailure } from './failures/error-wire.ts'
import { noteFailure } from './failures/failures.ts'
import { HttpError } from './failures/http-error.ts'
import { createPages } from './pages/routes.ts'
import { mailbox } from './service/mailbox.ts'
import { createOperations, createReference } from './service/routes.ts'
import type { AppEnv } from './shared/context.ts'
import { cors } from './shared/cors.ts'
import { isLoopback } from './shared/loopback.ts'
import type { OriginPolicy } from './shared/origins.ts'
import { closeRoutes, createRoutes } from './shared/routes.ts'
import { secureHeaders } from './shared/security-headers.ts'
import { warnOfSharedBudget } from './shared/shared-budget.ts'
import { createStable, STABLE_PATH } from './stable/routes.ts'
import { V1_PATH, v1 } from './v1/routes.ts'

/** Why the mailbox is shut in development: for whoever reads the log. */
const NOT_HERE =
  'not asked for at localhost: another name of this machine, or a wrangler that says the host of its routes, whatever the browser asks for; "npm run dev" leaves them out'

const NO_ORIGINS: OriginPolicy = { own: '', listed: [], isDevelopment: false }

/**
 * @param serviceOf the core over the bindings of a request
 * @param log where request lines go
 */
export function createApp(serviceOf: (env: Bindings) => Service, log: Log = consoleLog): Hono<AppEnv> {
  const service = (env: AppEnv['Bindings']) => serviceOf(env as Bindings)
  const originsOf = (env: AppEnv['Bindings']): OriginPolicy => {
    try {
      const { publicUrl: own, corsOrigins: listed } = service(env).config
      return { own, listed, isDevelopment: isDevelopment(env) }
    } catch {
      // Broken configuration: requireService says so. Without a list no origin is on it.
      return NO_ORIGINS
    }
  }
  const requireService = createMiddleware<AppEnv>(async (c, next) => {
    try {
      const { auth, admin: operators, config } = service(c.env)
      c.set('userIds', config.userIds)
      c.set('auth', auth)
      c.set('admin', operators)
    } catch (error) {
      throw new Unavailable('configuration', { reason: reasonOf(error), retryAfterSeconds: 60 })
    }
    await next()
    c.var.auth.retryDueMail()
  })
  const developmentOnly = createMiddleware<AppEnv>(async (c, next) => {
    if (!isDevelopment(c.env)) throw new HttpError('not_found', 'not in development')
    if (!isLoopback(new URL(c.req.url))) throw new HttpError('not_found', NOT_HERE)
    await next()
  })

  const pages = createPages((env) => service(env).config)
  const app = createRoutes()
    .use(
      logRequest(log),
      warnOfSharedBudget(log),
      secureHeaders,
      cors((env, path) => (path.startsWith(`${ADMIN_PATH}/`) ? { ...NO_ORIGINS, own: originsOf(env).own } : originsOf(env)), log),
    )
    .route(
      '/',
      createReference((env, path) => fetchAsset(env, path)),
    )
    .use('/dev/mailbox', developmentOnly)
    .on(
      'ALL',
      ['/.well-known/*', '/readyz', '/dev/mailbox', `${V1_PATH}/*`, `${ADMIN_PATH}/*`, ...pages.map(([path]) => `${path}/*`)],
      requireService,
    )
    .route(
      '/',
      createOperations((env) => service(env).config),
    )
    .route('/dev/mailbox', mailbox)
    .route(V1_PATH, v1)
    .route(ADMIN_PATH, admin)
    .route(STABLE_PATH, createStable(requireService))
    .route(
      COOKIE_PATH,
      createCookieFace({
        requireService,
        originsOf,
        isReadable: (env) => service(env).config.cookieAccessToken === 'readable',
      }),
    )
  for (const [path, page] of pages) app.route(path, page)
  app.onError((error, c) => c.json(...renderFailure(noteFailure(c, error), c.var.requestId)))
  closeRoutes(app)
  return app
}

/** Without the query, which may carry a token; of a session's id no more than tells it from others, and nobody's name. */
function loggablePath(path: string): string {
  const withoutName = path.replace(/(\/auth\/user\/).*/, '$1…')
  return withoutName.replace(/[0-9a-f]{64}/gi, (id) => `${id.slice(-8)}…`).slice(0, 200)
}

function logRequest(log: Log) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const startedAt = performance.now()
    c.set('requestId', crypto.randomUUID())
    await next()
    const { status } = c.res
    log(status >= 500 ? 'error' : 'info', 'request', {
      request_id: c.var.requestId,
      method: c.req.method,
      path: loggablePath(c.req.path),
      status,
      code: c.var.failure?.code,
      reason: c.var.failure?.reason,
      milliseconds: Math.round(performance.now() - startedAt),
    })
  })
}
