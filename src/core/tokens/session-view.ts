// A session as its user and operators are shown it, as plain values under the names of the APIs.
import type { SessionRecord } from '../../objects/session-ledger/session-rules.ts'
import { printable } from '../../platform/identifiers/printable-text.ts'
import { renderTime } from '../../platform/runtime/rfc3339.ts'

export function viewSession(session: SessionRecord) {
  return {
    id: session.id,
    created_at: renderTime(session.createdAt),
    last_used_at: renderTime(session.lastUsedAt),
    expires_at: renderTime(session.expiresAt),
    ip: session.ip,
    user_agent: printable(session.userAgent),
  }
}
