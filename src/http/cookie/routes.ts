// The `cookie` API: document 003. Reads, calls, renders; every decision is the core's, but for where a request may come from.
import type { Hono, MiddlewareHandler } from 'hono'
import { noteFailure } from '../failures/failures.ts'
import { type AppEnv, inFace } from '../shared/context.ts'
import { mount } from '../shared/endpoint.ts'
import type { OriginPolicy } from '../shared/origins.ts'
import { createRoutes } from '../shared/routes.ts'
import { sameOrigin } from '../shared/same-origin.ts'
import { cookieEndpoints } from './endpoints.ts'
import { renderFailure } from './wire.ts'

export const COOKIE_PATH = '/auth'

interface CookieFaceOptions {
  /** Inside the face, so that its refusal too is in the face's words. */
  readonly requireService: MiddlewareHandler<AppEnv>
  readonly originsOf: (env: AppEnv['Bindings']) => OriginPolicy
  /** Whether scripts of a page may read the access token. */
  readonly isReadable: (env: AppEnv['Bindings']) => boolean
}

export function createCookieFace({ requireService, originsOf, isReadable }: CookieFaceOptions): Hono<AppEnv> {
  const face = createRoutes().use(inFace('cookie'), requireService, sameOrigin(originsOf))
  mount(face, cookieEndpoints(isReadable))
  face.onError((error, c) => {
    const failure = noteFailure(c, error)
    // A cookie is no credential that a browser could be challenged for.
    c.header('WWW-Authenticate', undefined)
    return c.json(...renderFailure(failure))
  })
  return face
}
