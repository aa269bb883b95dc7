// Sign-in by username and password, for one long-lived token.
import { checkPassword, requireCredentials } from '../credentials/passwords/check-password.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { issueStableToken } from '../tokens/stable-tokens.ts'
import { startSession } from './start-session.ts'

export interface StableCredentials {
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** What the token is to be limited to, in a way that Postern does not know. */
  readonly operationsScope?: unknown
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
export async function signInStable(
  deps: Deps,
  { username, password, operationsScope }: StableCredentials,
  client: Client,
): Promise<StableGrant> {
  if (operationsScope !== undefined && operationsScope !== null) {
    // A token with more power than was asked for would be worse than none.
    throw new AuthError('invalid_request', 'a scope was asked for', {
      fields: [{ field: 'operationsScope', message: 'is not supported: the token would have all rights of the user' }],
    })
  }
  const claim = requireCredentials({ username, password })
  // Before the session, since nothing may fail behind it.
  const key = await deps.stableKeys.current()
  const ttlSeconds = deps.settings.stableTokenTtlSeconds
  const terms = { method: 'pwd', ttlSeconds, absoluteTtlSeconds: ttlSeconds } as const
  return checkPassword(deps, claim, client, async (proven, attempt) => {
    const [session, settled] = await startSession(deps, proven, attempt, client, terms)
    const token = await issueStableToken(deps, key, proven.user, session)
    return [{ token, sessionId: session.id, expiresAt: session.expiresAt }, settled]
  })
}
