// What the ways in (HTTP, RPC) are given to work with. compose.ts builds it once an isolate.
import type { Config } from './config/config.ts'
import type { Admin } from './core/admin/admin.ts'
import type { Auth } from './core/core.ts'
import type { LoginLimiterObject } from './objects/login-limiter/login-limiter.ts'
import type { SessionLedgerObject } from './objects/session-ledger/session-ledger.ts'
import type { Log } from './platform/runtime/log.ts'

/** What wrangler.toml binds; vars and secrets beside them are parseConfig's. */
export interface Bindings {
  readonly DB: D1Database
  readonly SESSIONS: KVNamespace
  readonly EMAIL: SendEmail
  readonly ASSETS: Fetcher
  readonly SESSION_LEDGER: DurableObjectNamespace<SessionLedgerObject>
  readonly LOGIN_LIMITER: DurableObjectNamespace<LoginLimiterObject>
}

export interface Service {
  readonly auth: Auth
  readonly admin: Admin
  readonly config: Config
  readonly log: Log
  /** To be called for each request: hashes in the same isolate make way for it. */
  readonly noteRequest: () => void
}
