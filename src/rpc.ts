// The entrypoints for other workers, one line a method. Every method on a prototype can be called over a binding, whatever
// its name, so there is nothing else on these classes; `fetch` is left out, so they serve no HTTP.
import { WorkerEntrypoint } from 'cloudflare:workers'
import type { Service } from './compose.ts'
import type { BindingProps } from './rpc/caller.ts'
import { type Calls, createCalls } from './rpc/calls.ts'

/** For workers that only check tokens. */
export class TokenVerifierEntrypoint<Env> extends WorkerEntrypoint<Env, BindingProps> {
  readonly #calls: Calls

  constructor(ctx: ExecutionContext<BindingProps>, env: Env, open: () => Service) {
    super(ctx, env)
    this.#calls = createCalls(open, ctx.props)
  }

  verifyToken(token: unknown) {
    return this.#calls.verifyToken(token)
  }

  authenticate(token: unknown, options: unknown) {
    return this.#calls.authenticate(token, options)
  }

  jwks() {
    return this.#calls.jwks()
  }
}

/** For workers that do more, each as much as the props of its binding allow. */
export class AuthServiceEntrypoint<Env> extends WorkerEntrypoint<Env, BindingProps> {
  readonly #calls: Calls

  constructor(ctx: ExecutionContext<BindingProps>, env: Env, open: () => Service) {
    super(ctx, env)
    this.#calls = createCalls(open, ctx.props)
  }

  verifyPassword(password: unknown, hash: unknown) {
    return this.#calls.verifyPassword(password, hash)
  }

  login(email: unknown, password: unknown) {
    return this.#calls.login(email, password)
  }

  verifyToken(token: unknown) {
    return this.#calls.verifyToken(token)
  }

  authenticate(token: unknown, options: unknown) {
    return this.#calls.authenticate(token, options)
  }

  jwks() {
    return this.#calls.jwks()
  }

  getUser(id: unknown) {
    return this.#calls.getUser(id)
  }

  revokeSession(id: unknown) {
    return this.#calls.revokeSession(id)
  }
}
