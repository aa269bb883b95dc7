// One event as one line, for people or for programs.
import type { Row } from '../operator/sql.ts'

export function renderEvent(row: Row, isJson: boolean): string {
  return isJson ? JSON.stringify(toJson(row)) : toText(row)
}

function toJson({ seq: _, at, ...row }: Row) {
  return { at: renderTime(at), ...row }
}

/** Fields that most lines have stand in columns; what only some have comes after them, by name. */
function toText(row: Row): string {
  const { at, what, outcome, actor, face, ip, email, user_id: userId, reason, session_id: sessionId } = row
  const columns = [renderTime(at), String(what).padEnd(24), String(outcome).padEnd(7), String(face).padEnd(6)]
  const rest = Object.entries({ user: email ?? userId, by: actor === 'user' ? null : actor, ip, reason, session: tail(sessionId) })
  const named = rest.flatMap(([name, value]) => (value === null || value === undefined ? [] : `${name}=${quoted(String(value))}`))
  return [...columns, ...named].join('  ')
}

/** As much of a session's id as the worker's log says. */
function tail(sessionId: unknown): string | null {
  return typeof sessionId === 'string' ? sessionId.slice(-8) : null
}

function quoted(text: string): string {
  return text.includes(' ') ? JSON.stringify(text) : text
}

function renderTime(epochSeconds: unknown): string {
  return new Date(Number(epochSeconds) * 1000).toISOString().replace('.000Z', 'Z')
}
