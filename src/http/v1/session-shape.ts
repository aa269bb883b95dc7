// A session as its user is told of it.
import * as v from 'valibot'
import type { SessionRecord } from '../../objects/session-ledger/session-rules.ts'
import { printable } from '../../platform/identifiers/printable-text.ts'
import { renderTime } from '../../platform/runtime/rfc3339.ts'

export const SessionSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  created_at: v.string(),
  last_used_at: v.pipe(v.string(), v.description('The last sign-in or refresh')),
  expires_at: v.string(),
  ip: v.string(),
  user_agent: v.string(),
  current: v.boolean(),
})

export function renderSession(session: SessionRecord, currentId: string): v.InferOutput<typeof SessionSchema> {
  return {
    id: session.id,
    created_at: renderTime(session.createdAt),
    last_used_at: renderTime(session.lastUsedAt),
    expires_at: renderTime(session.expiresAt),
    ip: session.ip,
    user_agent: printable(session.userAgent),
    current: session.id === currentId,
  }
}
