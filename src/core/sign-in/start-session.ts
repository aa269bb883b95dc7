// Begins the session of an account that has proved itself, and settles the attempt.
import { newSessionId, type SessionRecord } from '../../objects/session-ledger/session-rules.ts'
import { reasonOf } from '../../platform/runtime/log.ts'
import type { Account } from '../../stores/accounts/account.ts'
import { recordAct } from '../audit/audit.ts'
import type { ProvenAccount } from '../credentials/judge-attempt.ts'
import type { OpenAttempt, Settled } from '../credentials/with-attempt.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { sendProof } from '../mailed-links/send-proof.ts'
import { announceSignIn } from './announce-sign-in.ts'

export interface SessionTerms {
  /** How it was signed in to (RFC 8176). */
  readonly amr: readonly ['pwd'] | readonly ['pin']
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
  { amr, ttlSeconds, absoluteTtlSeconds }: SessionTerms,
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
    amr,
    description: 'Login',
    credential: amr[0] === 'pin' ? (user.pinName ?? '') : '',
  }
  const [created, settled] = await Promise.allSettled([
    deps.ledgers.create(session, now),
    attempt.succeed(),
    amr[0] === 'pwd' && revivePin(deps, user, now),
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

/** Whoever knows the password gets a PIN back that guesses have killed. The sign-in does not depend on it. */
async function revivePin(deps: Deps, user: Account, now: number): Promise<void> {
  if (user.pinName === null || user.usernameKey === null) return
  await deps.limits.revivePin(user.usernameKey, now).catch((error: unknown) => {
    deps.log('warn', 'PIN not revived', { reason: reasonOf(error) })
  })
}
