// A site that renders its pages on a server asks for all its visitors. Where it does not say for whom, they share the budget of attempts
// of one client: one of them can keep all others waiting. Whoever runs the site is told so, once an isolate.
import { createMiddleware } from 'hono/factory'
import { isSharedAddress, UNKNOWN_ADDRESS } from '../../platform/identifiers/client-address.ts'
import type { Log } from '../../platform/runtime/log.ts'
import type { AppEnv } from './context.ts'

const CURE =
  'all visitors behind it share one budget of attempts: forward CF-Connecting-IP over a service binding (docs/faces.md, "Sites that render on a server")'

export function warnOfSharedBudget(log: Log) {
  let isTold = false
  return createMiddleware<AppEnv>(async (c, next) => {
    await next()
    const { clientAddress } = c.var
    if (isTold || clientAddress === undefined || !isSharedAddress(clientAddress)) return
    isTold = true
    const what = clientAddress === UNKNOWN_ADDRESS ? 'a request without CF-Connecting-IP' : 'a request of a worker of another zone'
    log('warn', 'shared budget', { reason: `${what}; ${CURE}` })
  })
}
