// The export list: what the runtime calls. Object shells hand what compose builds to the classes that do the work.

import { compose, composeLedger } from './compose.ts'
import { createApp } from './http/app.ts'
import { LoginLimiterObject } from './objects/login-limiter/login-limiter.ts'
import { SessionLedgerObject } from './objects/session-ledger/session-ledger.ts'
import type { BindingProps } from './rpc/caller.ts'
import { AdminServiceEntrypoint, AuthServiceEntrypoint, TokenVerifierEntrypoint } from './rpc/entrypoints.ts'
import type { Bindings, Service } from './service.ts'

/** One service an environment, which is one an isolate: key caches and the memory for hashing live in it. */
const services = new WeakMap<Bindings, Service>()

function serviceOf(env: Bindings): Service {
  const service = services.get(env) ?? compose(env)
  services.set(env, service)
  // Whoever asks for the service does so for a request.
  service.noteRequest()
  return service
}

/** Made with the first request: start-up has a budget of its own. */
let app: ReturnType<typeof createApp> | undefined

export default {
  fetch(request, env, context) {
    app ??= createApp(serviceOf)
    return app.fetch(request, env, context)
  },
  scheduled: async (_controller, env) => serviceOf(env).auth.keepHouse(),
} satisfies ExportedHandler<Bindings>

export class SessionLedger extends SessionLedgerObject {
  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env, composeLedger(env))
  }
}

export class AuthService extends AuthServiceEntrypoint<Bindings> {
  constructor(ctx: ExecutionContext<BindingProps>, env: Bindings) {
    super(ctx, env, () => serviceOf(env))
  }
}

export class TokenVerifier extends TokenVerifierEntrypoint<Bindings> {
  constructor(ctx: ExecutionContext<BindingProps>, env: Bindings) {
    super(ctx, env, () => serviceOf(env))
  }
}

export class AdminService extends AdminServiceEntrypoint<Bindings> {
  constructor(ctx: ExecutionContext<BindingProps>, env: Bindings) {
    super(ctx, env, () => serviceOf(env))
  }
}

export class LoginLimiter extends LoginLimiterObject {}
