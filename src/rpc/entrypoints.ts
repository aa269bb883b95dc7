// The entrypoints for other workers, one line a method. Every method on a prototype can be called over a binding, whatever
// its name, so there is nothing else on these classes; `fetch` is left out, so they serve no HTTP.
import { WorkerEntrypoint } from 'cloudflare:workers'
import type { Service } from '../service.ts'
import { type AdminCalls, createAdminCalls } from './admin-calls.ts'
import type { BindingProps } from './caller.ts'
import { type Calls, createCalls } from './calls.ts'

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

  verifyPassword(password: unknown, hash: unknown, client?: unknown) {
    return this.#calls.verifyPassword(password, hash, client)
  }

  login(email: unknown, password: unknown, client?: unknown) {
    return this.#calls.login(email, password, client)
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

  revokeSession(id: unknown, client?: unknown) {
    return this.#calls.revokeSession(id, client)
  }
}

/** For a worker that is an operator's console or program. */
export class AdminServiceEntrypoint<Env> extends WorkerEntrypoint<Env, BindingProps> {
  readonly #calls: AdminCalls

  constructor(ctx: ExecutionContext<BindingProps>, env: Env, open: () => Service) {
    super(ctx, env)
    this.#calls = createAdminCalls(open, ctx.props)
  }

  listUsers(query: unknown) {
    return this.#calls.listUsers(query)
  }

  getUser(id: unknown) {
    return this.#calls.getUser(id)
  }

  createUser(form: unknown) {
    return this.#calls.createUser(form)
  }

  editUser(id: unknown, changes: unknown) {
    return this.#calls.editUser(id, changes)
  }

  deleteUser(id: unknown) {
    return this.#calls.deleteUser(id)
  }

  disableUser(id: unknown) {
    return this.#calls.disableUser(id)
  }

  enableUser(id: unknown) {
    return this.#calls.enableUser(id)
  }

  unlockUser(id: unknown) {
    return this.#calls.unlockUser(id)
  }

  signOutUser(id: unknown) {
    return this.#calls.signOutUser(id)
  }

  setPassword(id: unknown, password: unknown) {
    return this.#calls.setPassword(id, password)
  }

  setPin(id: unknown, pin: unknown) {
    return this.#calls.setPin(id, pin)
  }

  sendReset(id: unknown) {
    return this.#calls.sendReset(id)
  }

  verifyUser(id: unknown) {
    return this.#calls.verifyUser(id)
  }

  grantPermissions(id: unknown, permissions: unknown) {
    return this.#calls.grantPermissions(id, permissions)
  }

  revokePermissions(id: unknown, permissions: unknown) {
    return this.#calls.revokePermissions(id, permissions)
  }

  listSessions(id: unknown) {
    return this.#calls.listSessions(id)
  }

  endSession(id: unknown, sessionId: unknown) {
    return this.#calls.endSession(id, sessionId)
  }

  listRegistrations(query: unknown) {
    return this.#calls.listRegistrations(query)
  }

  listEvents(query: unknown) {
    return this.#calls.listEvents(query)
  }

  listMails(query: unknown) {
    return this.#calls.listMails(query)
  }

  retryMail(id: unknown) {
    return this.#calls.retryMail(id)
  }

  importUsers(lines: unknown, options: unknown) {
    return this.#calls.importUsers(lines, options)
  }

  exportUsers(query: unknown) {
    return this.#calls.exportUsers(query)
  }

  readStats(query: unknown) {
    return this.#calls.readStats(query)
  }
}
