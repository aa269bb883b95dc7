// Users of another system, or of another Postern, by the file: every line is looked at before the first user is written. A user is known
// by an id that stays (`sourceId`), never by the address: whom an earlier import has brought is left alone, whatever became of them.
import { encodeHex } from '../../../platform/crypto/hex.ts'
import { newUserId } from '../../../platform/identifiers/user-id.ts'
import type { LineNote, LineRange, StagedUser } from '../../../stores/accounts/imports.ts'
import type { AuditEvent } from '../../../stores/audit/audit-event.ts'
import type { Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { describeOperatorAct, type OperatorCaller, requireOperator } from '../operator.ts'
import { BadLine, type ImportedUser, parseImportedUser } from './imported-user.ts'

export interface ImportReport {
  readonly dry_run: boolean
  /** Users that were written, or would be. */
  readonly imported: number
  /** Lines whose users an earlier import has brought: nothing of theirs changes. */
  readonly present: number
  /** Those of them that are another account since, or none. */
  readonly left_alone: readonly LineNote[]
  /** New users who get another number than the one they seem to have had. */
  readonly without_number: readonly LineNote[]
  /** Lines that were fine until somebody took their address or username while the import ran. */
  readonly not_imported: readonly LineNote[]
}

export interface ImportOptions {
  readonly isDryRun: boolean
  /** Called once every line is found to be fine, and after each batch. */
  readonly onProgress?: (written: number, of: number) => void
}

/** A batch is one statement, whose text D1 takes up to 2 MB of. */
const STAGE_LINES = 2000
const STAGE_BYTES = 500_000
/** At a time, so that no batch comes near the deadline of a store. */
const CHECK_LINES = 20_000
const WRITE_LINES = 2000
/** As many lines as are spoken of. */
const MAX_NOTES = 1000
export const MAX_LINE_BYTES = 32 * 1024

/**
 * @param lines without their ends; `null` for one of more than `MAX_LINE_BYTES`
 * @throws AuthError as `requireOperator`, `invalid_request` with `lines` where any line is bad: then nothing has been written
 * @throws Unavailable when a store cannot answer: what was written stays, and the next import leaves it alone
 */
export async function importUsers(
  deps: Deps,
  caller: OperatorCaller,
  lines: AsyncIterable<Uint8Array | null>,
  { isDryRun, onProgress = () => {} }: ImportOptions,
): Promise<ImportReport> {
  const operator = await requireOperator(deps, caller, 'change')
  const { imports } = deps
  const importId = deps.random.uuid()
  try {
    const { last, problems } = await stage(deps, importId, lines)
    const found = [...problems, ...(await findProblems(deps, importId, last))].sort((one, other) => one.line - other.line)
    if (found.length > 0) {
      throw new AuthError('invalid_request', 'lines not acceptable', { lines: found.slice(0, MAX_NOTES) })
    }
    const present = await imports.countKnown(importId)
    const waiting = last.count - present
    const leftAlone = await imports.findChanged(importId, MAX_NOTES)
    const withoutNumber = await imports.findLostNumbers(importId, deps.settings.userIds === 'number', MAX_NOTES)
    onProgress(0, waiting)
    const event = describeOperatorAct(deps, operator, { what: 'account_created', reason: 'imported', userId: null })
    const done = isDryRun ? { written: waiting, late: [] } : await write(deps, importId, last.line, event, waiting, onProgress)
    if (!isDryRun) deps.log('info', 'users imported', { imported: done.written, present, session: event.sessionId?.slice(-8) })
    const notes = { left_alone: leftAlone, without_number: withoutNumber, not_imported: done.late }
    return { dry_run: isDryRun, imported: done.written, present, ...notes }
  } finally {
    // Where that fails too, the cron does it.
    await imports.discard(importId).catch(() => {})
  }
}

interface Last {
  readonly line: number
  /** Lines that were staged. */
  readonly count: number
}

async function stage(
  deps: Deps,
  importId: string,
  lines: AsyncIterable<Uint8Array | null>,
): Promise<{ readonly last: Last; readonly problems: readonly LineNote[] }> {
  const { sha256 } = await import('../../../platform/crypto/noble.ts')
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
  const problems: LineNote[] = []
  let [line, count, bytes] = [0, 0, 0]
  let batch: StagedUser[] = []
  const flush = async () => {
    if (batch.length > 0) await deps.imports.stage(importId, batch, deps.clock())
    batch = []
    bytes = 0
  }
  for await (const content of lines) {
    line += 1
    try {
      const user = readLine(content, decoder, deps.clock())
      if (user === null) continue
      batch.push(prepare(deps, line, user, sha256))
      count += 1
      bytes += content?.length ?? 0
    } catch (error) {
      if (!(error instanceof BadLine)) throw error
      if (problems.length < MAX_NOTES) problems.push({ line, message: error.message })
    }
    if (batch.length >= STAGE_LINES || bytes >= STAGE_BYTES) await flush()
  }
  await flush()
  return { last: { line, count }, problems }
}

/** `null` for an empty line. @throws BadLine */
function readLine(content: Uint8Array | null, decoder: TextDecoder, now: number): ImportedUser | null {
  if (content === null) throw new BadLine(`is longer than ${MAX_LINE_BYTES} bytes`)
  let text: string
  try {
    text = decoder.decode(content)
  } catch {
    throw new BadLine('is not UTF-8')
  }
  return text.trim() === '' ? null : parseImportedUser(text, now)
}

function prepare({ random }: Deps, line: number, { hash, ...user }: ImportedUser, digest: Digest): StagedUser {
  // What it is known by stays when the account goes, and must not tell whose it was.
  const sourceId = user.sourceId ?? `a:${encodeHex(digest(new TextEncoder().encode(user.email)))}`
  return { ...user, sourceId, line, userId: newUserId(random), passwordHash: hash }
}

type Digest = (bytes: Uint8Array) => Uint8Array

async function findProblems({ imports, clock, settings }: Deps, importId: string, last: Last): Promise<readonly LineNote[]> {
  const problems = [...(await imports.findRepetitions(importId, MAX_NOTES))]
  for (const range of rangesOf(last.line, CHECK_LINES)) {
    await imports.recognise(importId, range)
    problems.push(...(await imports.findConflicts(importId, range, clock(), settings.userIds === 'number', MAX_NOTES)))
  }
  return problems
}

async function write(
  { imports, clock, sleep }: Deps,
  importId: string,
  lastLine: number,
  event: AuditEvent,
  waiting: number,
  onProgress: (written: number, of: number) => void,
): Promise<{ readonly written: number; readonly late: readonly LineNote[] }> {
  await imports.passNumbers(importId)
  let written = 0
  const late: LineNote[] = []
  for (const range of rangesOf(lastLine, WRITE_LINES)) {
    const done = await imports.write(importId, range, { ...event, at: clock() })
    written += done.written
    late.push(...done.late.slice(0, MAX_NOTES - late.length))
    onProgress(written, waiting)
    // Or a runtime that has the database in its own thread, as in development, sends nothing of the answer before the end.
    await sleep(0)
  }
  return { written, late }
}

function* rangesOf(lastLine: number, size: number): Generator<LineRange> {
  for (let first = 1; first <= lastLine; first += size) yield { first, last: Math.min(lastLine, first + size - 1) }
}
