// One JSON object a line, for `wrangler tail` and Workers Logs. Callers pass names and reasons, never a token, password,
// address book or body.

import { escapeUnprintable } from '../identifiers/printable-text.ts'
import type { LogEvent } from './log-events.ts'

export type LogLevel = 'info' | 'warn' | 'error'
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>
export type Log = (level: LogLevel, event: LogEvent, fields?: LogFields) => void

export const consoleLog: Log = (level, event, fields) => {
  console[level](escapeUnprintable(JSON.stringify({ level, event, ...fields })))
}

/** What an error says of itself, for a log line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
