// Refresh with an access token: the session lasts longer, never past its absolute end.
import type { SessionRecord } from '../../objects/session-ledger/session-rules.ts'
import { authenticateStrictly } from '../access/authenticate.ts'
import type { Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { askLedger } from '../kernel/standing.ts'
import { issueAccessToken } from '../tokens/access-tokens.ts'
import { issueSharedToken } from '../tokens/shared-tokens.ts'

export interface ExtendedSession {
  readonly accessToken: string
  readonly sharedToken: { readonly token: string; readonly expiresIn: number } | null
  readonly expiresIn: number
  readonly session: SessionRecord
}

/** @throws AuthError as `authenticate` @throws Unavailable */
export async function extendSession(deps: Deps, accessToken: string | null): Promise<ExtendedSession> {
  const { user, sessionId, isForgeable } = await authenticateStrictly(deps, accessToken)
  const key = await deps.signingKeys.current()
  const ttlSeconds = deps.settings.sessionTtlSeconds
  const session = await askLedger(deps, user, (standing) =>
    deps.ledgers.extend({ id: sessionId, standing, now: deps.clock(), ttlSeconds }),
  )
  if (!session) throw new AuthError('invalid_access_token', 'session ended')
  const [access, sharedToken] = await Promise.all([
    issueAccessToken(deps, key, user, session),
    issueSharedToken(deps, user, session),
  ])
  // One that others can make buys none that they cannot.
  const { token, expiresIn } = isForgeable && sharedToken !== null ? sharedToken : access
  return { accessToken: token, sharedToken, expiresIn, session }
}
