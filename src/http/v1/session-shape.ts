// A session as its user is told of it.
import * as v from 'valibot'
import { viewSession } from '../../core/tokens/session-view.ts'
import type { SessionRecord } from '../../objects/session-ledger/session-rules.ts'

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
  return { ...viewSession(session), current: session.id === currentId }
}
