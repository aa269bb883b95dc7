// Sign-in by username and password, for one long-lived token.
import { checkPassword, requireCredentials } from './check-password.ts'
import type { Client, Deps } from './deps.ts'
import { issueStableToken } from './stable-tokens.ts'
import { startSession } from './start-session.ts'

export interface StableCredentials {
  readonly username?: string | undefined
  readonly password?: string | undefined
}

export interface StableGrant {
  readonly token: string
  readonly sessionId: string
  readonly expiresAt: number
}

/**
 * @throws AuthError `missing_credentials`, `invalid_credentials`, `account_disabled`, `rate_limited`
 * @throws Unavailable
 */
export async function signInStable(deps: Deps, { username, password }: StableCredentials, client: Client): Promise<StableGrant> {
  const proven = await checkPassword(deps, requireCredentials({ username, password }), client)
  const ttlSeconds = deps.settings.stableTokenTtlSeconds
  const session = await startSession(deps, proven, client, { amr: ['pwd'], ttlSeconds, absoluteTtlSeconds: ttlSeconds })
  const token = await issueStableToken(deps, proven.key, proven.user, session)
  return { token, sessionId: session.id, expiresAt: session.expiresAt }
}
