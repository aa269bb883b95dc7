// The `stable` face: document 002. Reads, calls, renders; every decision is the core's.
import type { Context, Hono, MiddlewareHandler } from 'hono'
import { noteFailure } from '../failures/failures.ts'
import { jsonBody } from '../shared/body.ts'
import { type AppEnv, inFace, readBearer, readCaller, readClient } from '../shared/context.ts'
import { closeRoutes, createRoutes, refuseHeadBeside } from '../shared/routes.ts'
import { envelope, parseStableLogin, renderFailure, renderGrant, renderGrantedAccess, renderIdentity } from './wire.ts'

export const STABLE_PATH = '/api/stable/auth'

/** @param requireService inside the face, so that its refusal too is in the envelope */
export function createStable(requireService: MiddlewareHandler<AppEnv>): Hono<AppEnv> {
  const stable = createRoutes()
    .use(inFace('stable'), requireService)
    .post('/login', jsonBody, async (c) => {
      const credentials = parseStableLogin(c.var.body)
      return c.json(envelope(renderGrant(await c.var.auth.signInStable(credentials, readClient(c)))))
    })
    .get('/user/:name', async (c) => {
      const { email, permissions } = await c.var.auth.findUser(readBearer(c), c.req.param('name'))
      return c.json(envelope({ email, permissions }))
    })
    .get('/whoami', async (c) => c.json(envelope(renderIdentity(await c.var.auth.whoAmI(readBearer(c))))))
    // The document's heading says GET and its example DELETE.
    .get('/logout', refuseHeadBeside(['GET', 'DELETE']), signOut)
    .delete('/logout', jsonBody, signOut)
    .get('/token', async (c) => {
      const accesses = await c.var.auth.listGrantedAccess(readBearer(c), c.req.query('userName'))
      return c.json(envelope({ grantedAccesses: accesses.map(renderGrantedAccess) }))
    })

  stable.onError((error, c) => {
    const failure = noteFailure(c, error)
    // 403 here, which no credential would help.
    if (failure.code === 'session_ended') c.header('WWW-Authenticate', undefined)
    return c.json(...renderFailure(failure))
  })
  closeRoutes(stable, { withoutHead: ['/logout'] })
  return stable
}

async function signOut(c: Context<AppEnv>) {
  const sessionId = await c.var.auth.signOutStable(readCaller(c), c.req.query('sessionId'))
  return c.json(envelope({ message: 'JWT was revoked', sessionId }))
}
