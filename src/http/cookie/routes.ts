// The `cookie` face: document 003. Reads, calls, renders; every decision is the core's, but for where a request may come from.
import type { Hono, MiddlewareHandler } from 'hono'
import { AuthError } from '../../core/kernel/errors.ts'
import { noteFailure } from '../failures/failures.ts'
import { parseBody } from '../openapi/schema.ts'
import { jsonBody } from '../shared/body.ts'
import { type AppEnv, inFace, readClient } from '../shared/context.ts'
import type { OriginPolicy } from '../shared/origins.ts'
import { closeRoutes, createRoutes } from '../shared/routes.ts'
import { sameOrigin } from '../shared/same-origin.ts'
import { clearTokenCookies, readTokenCookies, setAccessCookie, setTokenCookies } from './cookies.ts'
import { PinLoginBody, renderFailure } from './wire.ts'

export const COOKIE_PATH = '/auth'

interface CookieFaceOptions {
  /** Inside the face, so that its refusal too is in the face's words. */
  readonly requireService: MiddlewareHandler<AppEnv>
  readonly originsOf: (env: AppEnv['Bindings']) => OriginPolicy
  /** Whether scripts of a page may read the access token. */
  readonly isReadable: (env: AppEnv['Bindings']) => boolean
}

export function createCookieFace({ requireService, originsOf, isReadable }: CookieFaceOptions): Hono<AppEnv> {
  const face = createRoutes()
    .use(inFace('cookie'), requireService, sameOrigin(originsOf))
    .post('/login', jsonBody, async (c) => {
      const credentials = parseBody(PinLoginBody, c.var.body)
      setTokenCookies(c, await c.var.auth.signInWithPin(credentials, readClient(c)), isReadable(c.env))
      return c.json({ message: 'Login successful' })
    })
    .post('/refresh', jsonBody, async (c) => {
      const { refreshToken } = readTokenCookies(c.req.header('Cookie'))
      if (refreshToken === null) throw new AuthError('invalid_refresh_token', 'no cookie, or two that differ')
      setAccessCookie(c, await c.var.auth.renewAccess(refreshToken), isReadable(c.env))
      return c.json({ message: 'Access token refreshed successfully' })
    })
    .post('/logout', jsonBody, async (c) => {
      await c.var.auth.signOutBrowser(readTokenCookies(c.req.header('Cookie')), readClient(c))
      clearTokenCookies(c)
      return c.json({ message: 'Logout successful' })
    })

  face.onError((error, c) => {
    const failure = noteFailure(c, error)
    // A cookie is no credential that a browser could be challenged for.
    c.header('WWW-Authenticate', undefined)
    return c.json(...renderFailure(failure))
  })
  closeRoutes(face)
  return face
}
