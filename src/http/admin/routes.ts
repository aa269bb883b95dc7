// The admin API: every act of an operator. Reads, calls, renders; who may do what is the core's.
import { createMiddleware } from 'hono/factory'
import { renderFailure } from '../failures/error-wire.ts'
import { noteFailure } from '../failures/failures.ts'
import { type AppEnv, inFace } from '../shared/context.ts'
import { type Endpoint, mount } from '../shared/endpoint.ts'
import { createRoutes } from '../shared/routes.ts'
import { acts } from './acts.ts'
import { overview } from './overview.ts'
import { sessions } from './sessions.ts'
import { transfer } from './transfer.ts'
import { users } from './users.ts'

export const ADMIN_PATH = '/api/admin/v1'

/** What is said of people must not stay in any cache on the way. */
const uncached = createMiddleware<AppEnv>(async (c, next) => {
  await next()
  c.header('Cache-Control', 'no-store')
})

export const adminEndpoints: readonly Endpoint[] = [...users, ...acts, ...sessions, ...overview, ...transfer]

export const admin = createRoutes().use(inFace('admin'), uncached)

mount(admin, adminEndpoints)
admin.onError((error, c) => c.json(...renderFailure(noteFailure(c, error), c.var.requestId)))
