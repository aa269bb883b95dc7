// One event as one line, for people or for programs.
import type { AdminEvent } from '../../src/client/admin-binding.ts'

export function renderEvent(event: AdminEvent, isJson: boolean): string {
  return isJson ? JSON.stringify(event) : eventLine(event)
}

/** Fields that most lines have stand in columns; what only some have comes after them, by name. */
export function eventLine({
  at,
  what,
  outcome,
  actor,
  face,
  ip,
  email,
  user_id: userId,
  reason,
  session_id: sessionId,
}: AdminEvent): string {
  const columns = [at, what.padEnd(24), outcome.padEnd(7), face.padEnd(6)]
  const rest = Object.entries({ user: email ?? userId, by: actor === 'user' ? null : actor, ip, reason, session: tail(sessionId) })
  const named = rest.flatMap(([name, value]) => (value === null ? [] : [`${name}=${quoted(value)}`]))
  return [...columns, ...named].join('  ')
}

/** As much of a session's id as the worker's log says; of an operator's key its name. */
function tail(sessionId: string | null): string | null {
  return sessionId?.startsWith('key:') ? sessionId : (sessionId?.slice(-8) ?? null)
}

function quoted(text: string): string {
  return text.includes(' ') ? JSON.stringify(text) : text
}
