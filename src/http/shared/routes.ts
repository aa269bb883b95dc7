// Opens and closes a face: what no route has taken is 404, and a known path with another method is 405. (Hono ignores a sub-app's
// own `notFound`, answers 404 to a wrong method, and runs GET handlers for HEAD.)
import { createMiddleware } from 'hono/factory'
import { HonoBase } from 'hono/hono-base'
import { TrieRouter } from 'hono/router/trie-router'
import { HttpError } from '../failures/http-error.ts'
import type { AppEnv } from './context.ts'

/**
 * The one way to make routes. One router instead of hono's preset of two, since the size of a worker is limited; of its others
 * only this one tells `/login/` from `/login`.
 */
export function createRoutes(): HonoBase<AppEnv> {
  return new HonoBase<AppEnv>({ router: new TrieRouter() })
}

/** @param withoutHead paths whose GET is guarded by `refuseHead` */
export function closeRoutes(face: HonoBase<AppEnv>, { withoutHead = [] }: { withoutHead?: readonly string[] } = {}): void {
  for (const [path, methods] of routeTable(face)) {
    const hasHead = methods.includes('GET') && !withoutHead.includes(path)
    const allowedMethods = [...methods, ...(hasHead ? ['HEAD'] : []), 'OPTIONS']
    face.all(path, (c) => {
      if (c.req.method === 'OPTIONS') return c.body(null, 204, { Allow: allowedMethods.join(', ') })
      throw new HttpError('method_not_allowed', `${c.req.method} on ${path}`, allowedMethods)
    })
  }
  face.all('*', () => {
    throw new HttpError('not_found', 'no such path')
  })
}

/** For a GET that changes something: HEAD never has a side effect. */
export const refuseHead = refuseHeadBeside(['GET'])

/** @param methods that the path has handlers for */
export function refuseHeadBeside(methods: readonly string[]) {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (c.req.method === 'HEAD') throw new HttpError('method_not_allowed', 'HEAD', [...methods, 'OPTIONS'])
    await next()
  })
}

/** Path to methods, of the handlers registered so far, middleware left out. */
export function routeTable(face: HonoBase<AppEnv>): ReadonlyMap<string, readonly string[]> {
  const table = new Map<string, string[]>()
  for (const { path, method } of face.routes) {
    if (method === 'ALL') continue
    const methods = table.get(path) ?? []
    if (!methods.includes(method)) table.set(path, [...methods, method])
  }
  return table
}
