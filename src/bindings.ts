// Made by `npm run docs` from wrangler.toml: what it binds.
import type { LoginLimiterObject } from './objects/login-limiter/login-limiter.ts'
import type { SessionLedgerObject } from './objects/session-ledger/session-ledger.ts'

export interface Bound {
  readonly SESSIONS: KVNamespace
  readonly DB: D1Database
  readonly EMAIL: SendEmail
  readonly ASSETS: Fetcher
  readonly SESSION_LEDGER: DurableObjectNamespace<SessionLedgerObject>
  readonly LOGIN_LIMITER: DurableObjectNamespace<LoginLimiterObject>
}
