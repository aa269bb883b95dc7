// Answers whose request this is, as freshly as the caller wants to know it (design: three freshnesses).
import { isLive, isOpen, type SessionRecord } from '../../objects/session-ledger/session-rules.ts'
import { Unavailable } from '../../platform/runtime/deadline.ts'
import type { Account } from '../../stores/accounts/account.ts'
import type { Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { permissionsOf } from '../kernel/permissions.ts'
import type { Freshness } from '../kernel/settings.ts'
import { standingOf } from '../kernel/standing.ts'
import { type AccessClaims, verifyAccessToken } from '../tokens/access-tokens.ts'
import type { SessionClaims } from '../tokens/session-tokens.ts'
import { claimsToBeShared, verifySharedToken } from '../tokens/shared-tokens.ts'
import { claimsToBeStable, verifyStableToken } from '../tokens/stable-tokens.ts'

export interface Principal {
  readonly userId: string
  readonly sessionId: string
  readonly email: string
  /** What matches people by address must look at this first. */
  readonly emailVerified: boolean
  readonly permissions: readonly string[]
  readonly amr: readonly string[]
  readonly authTime: number
  readonly issuedAt: number
  readonly expiresAt: number
  /** What the user's epoch must be for the session to be alive; `null` where no session was read. */
  readonly sessionEpoch: number | null
}

/** Authorisation is never older than the request: the row and the session were read for it. */
export interface FreshPrincipal extends Principal {
  readonly user: Account
  readonly session: SessionRecord
  /** Whoever shares SHARED_TOKEN_SECRET can make such a token, of any session that lives: what it opens is bounded (policy.ts). */
  readonly isForgeable: boolean
}

/**
 * @param token the access token, or `null` where the request carried none; at `strict` a stable token will do as well
 * @throws AuthError `unauthorized` without a token, `invalid_access_token` for one that does not count (any more)
 * @throws Unavailable when the freshness asked for cannot be had: an outage is never told as a refusal
 */
export async function authenticate(deps: Deps, token: string | null, freshness: Freshness): Promise<Principal> {
  // Whoever shares the secret could have made it: nothing less than `strict` will do.
  if (token !== null && claimsToBeShared(deps, token)) return authenticateStrictly(deps, token)
  if (freshness === 'strict') {
    return token !== null && claimsToBeStable(token) ? authenticateStable(deps, token) : authenticateStrictly(deps, token)
  }
  const claims = await requireClaims(deps, token, verifyAccessToken)
  const sessionEpoch = freshness === 'edge' ? await requireSessionAtEdge(deps, claims) : null
  return { ...claims, sessionEpoch, permissions: permissionsOf(claims.permissions, claims.amr) }
}

/** The ledger and the user's row side by side: disabled, signed out everywhere and permissions count from now on. */
export async function authenticateStrictly(deps: Deps, token: string | null): Promise<FreshPrincipal> {
  const isForgeable = token !== null && claimsToBeShared(deps, token)
  const verify = isForgeable ? verifySharedToken : verifyAccessToken
  return { ...(await requirePrincipal(deps, await requireClaims<SessionClaims>(deps, token, verify))), isForgeable }
}

/** For stable tokens and no others. They last so long that nothing less than `strict` will do. */
export async function authenticateStable(deps: Deps, token: string | null): Promise<FreshPrincipal> {
  const principal = await requirePrincipal(deps, await requireClaims(deps, token, verifyStableToken))
  const { session } = principal
  // Once a day is enough to tell a token in use from one that nobody has any more. The first time it is noted after an hour: a job that
  // signs in, does its work and forgets the token is over by then, and counts as a sign-in that nothing came of.
  const interval = session.lastUsedAt > session.createdAt ? DAY : HOUR
  if (deps.clock() - session.lastUsedAt >= interval) deps.defer(deps.ledgers.noteUse(session.id, deps.clock()))
  return principal
}

const HOUR = 3600
const DAY = 24 * HOUR

async function requirePrincipal(deps: Deps, claims: SessionClaims): Promise<FreshPrincipal> {
  const [session, row] = await Promise.all([deps.ledgers.find(claims.sessionId), deps.users.findById(claims.userId)])
  // The ledger has followed a change that the row was read before: asked once more before anybody is refused.
  const isBehind = row !== null && session !== null && session.epoch > row.sessionEpoch
  const user = isBehind ? await deps.users.findById(claims.userId) : row
  if (!user) throw new AuthError('session_ended', 'no such user')
  if (user.disabledAt !== null) throw new AuthError('session_ended', 'account disabled')
  if (!session || !isLive(session, standingOf(user), deps.clock())) throw new AuthError('session_ended', 'session ended')
  return {
    userId: user.id,
    sessionId: session.id,
    email: user.email,
    emailVerified: user.emailVerifiedAt !== null,
    permissions: permissionsOf(user.permissions, session.amr),
    amr: session.amr,
    authTime: session.authTime,
    issuedAt: claims.issuedAt,
    expiresAt: claims.expiresAt,
    sessionEpoch: session.epoch,
    user,
    session,
    isForgeable: false,
  }
}

async function requireClaims<Claims extends SessionClaims>(
  deps: Deps,
  token: string | null,
  verify: (deps: Deps, token: string) => Promise<Claims>,
): Promise<Claims> {
  if (token === null) throw new AuthError('unauthorized', 'no bearer token')
  return verify(deps, token)
}

/** The copy in KV, which may be a minute or more behind; where it has nothing to say, the ledger. Returns the session's epoch. */
async function requireSessionAtEdge(deps: Deps, { sessionId }: AccessClaims): Promise<number> {
  const copy = await deps.sessionCopies.read(sessionId).catch((error: unknown) => {
    if (error instanceof Unavailable) return null
    throw error
  })
  if (copy?.revoked) throw new AuthError('invalid_access_token', 'session revoked, says its copy')
  if (copy && deps.clock() < copy.absoluteExpiresAt) return copy.epoch
  const session = await deps.ledgers.find(sessionId)
  if (!session || !isOpen(session, deps.clock())) throw new AuthError('invalid_access_token', 'session ended')
  return session.epoch
}
