// A session as the record of an access that was granted to somebody: what is told about it, ended or not.
import { isLive, type SessionRecord } from '../../objects/session-ledger/session-rules.ts'
import type { Account } from '../../stores/accounts/account.ts'
import { standingOf } from '../kernel/standing.ts'

export interface GrantedAccess {
  readonly id: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt: number
  /** Revoked, or ended with all sessions of the user, or the user may not sign in any more. */
  readonly deactivated: boolean
  readonly description: string
  readonly requesterIp: string
  /** The username; of who has none, the address. */
  readonly user: string
}

export function grantedAccessOf(session: SessionRecord, owner: Account, now: number): GrantedAccess {
  return {
    id: session.id,
    createdAt: session.createdAt,
    updatedAt: session.revokedAt ?? session.lastUsedAt,
    expiresAt: session.expiresAt,
    deactivated: owner.disabledAt !== null || !isLive(session, standingOf(owner), now),
    description: session.description,
    requesterIp: session.ip,
    user: owner.username ?? owner.email,
  }
}
