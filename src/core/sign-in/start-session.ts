// Begins the session of an account that has proved itself, and settles the attempt.
import { type Method, newSessionId, type SessionRecord } from '../../objects/session-ledger/session-rules.ts'
import { reasonOf } from '../../platform/runtime/log.ts'
import type { Account } from '../../stores/accounts/account.ts'
import { recordAct } from '../audit/audit.ts'
import type { GoOn, ProvenAccount } from '../credentials/judge-attempt.ts'
import type { OpenAttempt, Settled } from '../credentials/with-attempt.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { sendProof } from '../mailed-links/send-proof.ts'
import { type Grant, issueGrant } from '../tokens/grant.ts'
import { announceSignIn } from './announce-sign-in.ts'

export interface SessionTerms {
  readonly method: Method
  readonly ttlSeconds: number
  readonly absoluteTtlSeconds: number
}

/**
 * Ledger and limiter side by side: one round trip.
 * @throws AuthError `account_disabled` and `email_unverified`, which only somebody learns who has proved the account
 * @throws Unavailable; no session is left behind
 */
export async function startSession(
  deps: Deps,
  { user }: ProvenAccount,
  attempt: OpenAttempt,
  client: Client,
  { method, ttlSeconds, absoluteTtlSeconds }: SessionTerms,
): Promise<readonly [SessionRecord, Settled]> {
  const now = deps.clock()
  if (user.disabledAt !== null) {
    await attempt.succeed()
    const reason = 'right credential, account disabled'
    recordAct(deps, client, { what: 'sign_in', outcome: 'refused', reason, userId: user.id })
    throw new AuthError('account_disabled', reason)
  }
  if (user.emailVerifiedAt === null && deps.settings.unverifiedSignIn === 'refuse') {
    await attempt.succeed()
    const reason = 'right credential, address not proven'
    recordAct(deps, client, { what: 'sign_in', outcome: 'refused', reason, userId: user.id })
    deps.defer(sendProof(deps, user, client))
    throw new AuthError('email_unverified', reason)
  }
  const session = {
    id: newSessionId(user.id, deps.random.hex(16)),
    createdAt: now,
    expiresAt: now + Math.min(ttlSeconds, absoluteTtlSeconds),
    absoluteExpiresAt: now + absoluteTtlSeconds,
    // Read together with the hash: a password changed since then leaves this session without a valid number.
    epoch: user.sessionEpoch,
    authTime: now,
    ip: client.address,
    userAgent: client.userAgent,
    amr: [method],
    description: 'Login',
    credential: method === 'pin' ? (user.pinName ?? '') : '',
  }
  const [created, settled] = await Promise.allSettled([
    deps.ledgers.create(session, now),
    attempt.succeed(),
    method === 'pwd' && revivePin(deps, user, now),
  ])
  if (created.status === 'rejected' || settled.status === 'rejected') {
    // It may be there although nobody will ever hold its tokens.
    deps.defer(deps.ledgers.revoke(session.id, now))
    throw created.status === 'rejected' ? created.reason : (settled as PromiseRejectedResult).reason
  }
  recordAct(deps, client, { what: 'sign_in', userId: user.id, sessionId: session.id })
  if (created.value.isFromNewDevice) deps.defer(announceSignIn(deps, user, client))
  return [created.value, settled.value]
}

/** What a proof comes to where there are two tokens: a session of the usual length. @throws as `startSession` */
export function startRefreshed(deps: Deps, client: Client, method: Method): GoOn<Grant> {
  const { sessionTtlSeconds: ttlSeconds, sessionAbsoluteTtlSeconds: absoluteTtlSeconds } = deps.settings
  return async (proven, attempt) => {
    const [session, settled] = await startSession(deps, proven, attempt, client, { method, ttlSeconds, absoluteTtlSeconds })
    return [await issueGrant(deps, proven.key, proven.user, session), settled]
  }
}

/** Whoever knows the password gets a PIN back that guesses have killed. The sign-in does not depend on it. */
async function revivePin(deps: Deps, user: Account, now: number): Promise<void> {
  if (user.pinName === null || user.usernameKey === null) return
  await deps.limits.revivePin(user.usernameKey, now).catch((error: unknown) => {
    deps.log('warn', 'PIN not revived', { reason: reasonOf(error) })
  })
}
