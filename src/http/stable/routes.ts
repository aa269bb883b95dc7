// The `stable` API: document 002. Reads, calls, renders; every decision is the core's.
import type { Hono, MiddlewareHandler } from 'hono'
import { noteFailure } from '../failures/failures.ts'
import { type AppEnv, inFace } from '../shared/context.ts'
import { mount } from '../shared/endpoint.ts'
import { createRoutes } from '../shared/routes.ts'
import { stableEndpoints } from './endpoints.ts'
import { renderFailure } from './wire.ts'

export const STABLE_PATH = '/api/stable/auth'

/** @param requireService inside the API, so that its refusal too is in the envelope */
export function createStable(requireService: MiddlewareHandler<AppEnv>): Hono<AppEnv> {
  const stable = createRoutes().use(inFace('stable'), requireService)
  mount(stable, stableEndpoints)
  stable.onError((error, c) => {
    const failure = noteFailure(c, error)
    // 403 here, which no credential would help.
    if (failure.code === 'session_ended') c.header('WWW-Authenticate', undefined)
    return c.json(...renderFailure(failure))
  })
  return stable
}
