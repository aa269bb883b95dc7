// What the ways in (HTTP, RPC) are given to work with. compose.ts builds it once an isolate.
import type { Bound } from './bindings.ts'
import type { Config } from './config/config.ts'
import type { VariableName } from './config/variables.ts'
import type { Admin } from './core/admin/admin.ts'
import type { Auth } from './core/core.ts'
import type { Log } from './platform/runtime/log.ts'

/** What the worker is given: what wrangler.toml binds, and vars and secrets, which parseConfig reads. */
export interface Bindings extends Bound, Partial<Readonly<Record<VariableName, string>>> {}

export interface Service {
  readonly auth: Auth
  readonly admin: Admin
  readonly config: Config
  readonly log: Log
  /** To be called for each request: hashes in the same isolate make way for it. */
  readonly noteRequest: () => void
}
