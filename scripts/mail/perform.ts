// Carries out one command of the mail tool on a database. Time is an argument; prints nothing, and reads no sealed text.
import type { OperatorDatabase } from '../operator/database.ts'
import type { Row, Statement } from '../operator/sql.ts'
import type { MailCommand } from './command.ts'

export interface PerformDeps {
  readonly database: OperatorDatabase
  /** Epoch seconds. */
  readonly now: number
}

const LIMIT = 200

/** @returns what to print @throws Error when a mail that was named cannot be tried again */
export async function performMailCommand(command: MailCommand, { database, now }: PerformDeps): Promise<string> {
  if (command.name === 'retry') return retry(command.ids, database, now)
  const [rows = []] = await database.run([listStatement(command.name === 'dead')])
  const mails = rows.map((row) => toListed(row, now))
  if (command.isJson) return mails.map((mail) => JSON.stringify(mail)).join('\n')
  return mails.length === 0 ? `No ${command.name === 'dead' ? 'dead letters' : 'mail'}` : renderTable(mails)
}

function listStatement(isDeadOnly: boolean): Statement {
  return {
    text: `SELECT id, recipient, purpose, attempts, created_at, next_attempt_at, sent_at, dead_at, expires_at, reason,
        sealed_mail IS NOT NULL AS has_text
      FROM outbox WHERE dead_at IS NOT NULL OR ? ORDER BY created_at DESC LIMIT ?`,
    values: [isDeadOnly ? 0 : 1, LIMIT],
  }
}

async function retry(ids: readonly string[] | null, database: OperatorDatabase, now: number): Promise<string> {
  const answers = await database.run(ids === null ? [reviveStatement(null, now)] : ids.map((id) => reviveStatement(id, now)))
  const missed = ids?.filter((_, index) => answers[index]?.length === 0) ?? []
  const revived = answers.flat().map((row) => `${row.id} to ${row.recipient} is tried again`)
  if (missed.length > 0) {
    const why = 'no dead letter, or its text is gone, since its link has expired'
    throw new Error([...revived, ...missed.map((id) => `Cannot retry ${id}: ${why}`)].join('\n'))
  }
  return revived.length === 0 ? 'No dead letter that could be tried again' : revived.join('\n')
}

/** As if it had just been queued. */
function reviveStatement(id: string | null, now: number): Statement {
  return {
    text: `UPDATE outbox SET dead_at = NULL, reason = NULL, attempts = 0, next_attempt_at = ?
      WHERE dead_at IS NOT NULL AND sealed_mail IS NOT NULL AND (expires_at IS NULL OR expires_at > ?) AND (? IS NULL OR id = ?)
      RETURNING id, recipient`,
    values: [now, now, id, id],
  }
}

function toListed(row: Row, now: number) {
  return {
    id: String(row.id),
    state: row.sent_at !== null ? 'sent' : row.dead_at !== null ? 'dead' : 'waiting',
    to: String(row.recipient),
    purpose: String(row.purpose),
    attempts: Number(row.attempts),
    reason: typeof row.reason === 'string' ? row.reason : null,
    queued_at: toTime(row.created_at),
    sent_at: toTime(row.sent_at),
    dead_at: toTime(row.dead_at),
    next_attempt_at: row.sent_at === null && row.dead_at === null ? toTime(row.next_attempt_at) : null,
    expires_at: toTime(row.expires_at),
    can_retry: row.dead_at !== null && Boolean(row.has_text) && (row.expires_at === null || Number(row.expires_at) > now),
  }
}

function renderTable(mails: readonly ReturnType<typeof toListed>[]): string {
  const header = ['ID', 'STATE', 'TO', 'PURPOSE', 'QUEUED', 'ATTEMPTS', 'REASON', 'RETRY']
  const lines = mails.map((mail) => [
    mail.id,
    mail.state,
    mail.to,
    mail.purpose,
    mail.queued_at ?? '',
    String(mail.attempts),
    mail.reason ?? '-',
    mail.state !== 'dead' ? '-' : mail.can_retry ? 'can be' : 'text is gone',
  ])
  const widths = header.map((_, column) => Math.max(...[header, ...lines].map((line) => line[column]?.length ?? 0)))
  const pad = (line: readonly string[]) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return [header, ...lines].map((line) => pad(line).trimEnd()).join('\n')
}

function toTime(epochSeconds: unknown): string | null {
  return typeof epochSeconds === 'number' ? new Date(epochSeconds * 1000).toISOString() : null
}
