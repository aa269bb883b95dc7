// Users by the file, in and out, as a client of the admin API: lines go through as they are, and never all at once. Neither ever prints
// a hash, but where standard output is the file.
import type { AdminImportReport } from '../../src/client/admin-binding.ts'
import { type AdminClient, type LineNote, Refused, Unreachable } from '../operator/admin-client.ts'
import { countLines, LINE_FEED } from './count-lines.ts'
import type { Stats } from './render-stats.ts'

export interface TransferFiles {
  /** `-` is standard input. */
  readonly readFile: (file: string) => AsyncIterable<Uint8Array>
  /** Into a new file that only its owner may read; `-` is standard output. @returns how many lines */
  readonly writeFile: (file: string, chunks: AsyncIterable<Uint8Array>) => Promise<number>
}

interface TransferDeps extends TransferFiles {
  readonly admin: AdminClient
  readonly isJson: boolean
  readonly show: (text: string) => Promise<void>
  readonly report: (line: string) => void
}

/** The service speaks of no more. */
const MAX_NOTES = 1000
/** Of notes that change nothing. */
const SHOWN = 10
/** Lines that are read before it is told how far it is. */
const TELL_EVERY = 20_000

/** @throws Error when any line is bad: then nothing has been written */
export async function importUsers(
  { file, isDryRun }: { readonly file: string; readonly isDryRun: boolean },
  deps: TransferDeps,
): Promise<void> {
  const { admin, report } = deps
  // A key that does not count is told before a file of any length is sent.
  await admin.get<{ users: readonly unknown[] }>('/users', 'users', { limit: 1 })
  try {
    const answer = await admin.stream('POST', '/import', { dry_run: isDryRun ? 1 : null }, counted(deps.readFile(file), report))
    const result = await readProgress(answer, report)
    for (const { line, message } of result.left_alone) report(`line ${line}: left alone, ${message}`)
    tellLines(result.without_number, report, SHOWN)
    tellLines(result.not_imported, report)
    await deps.show(deps.isJson ? JSON.stringify(result) : await describe(result, admin))
    if (result.not_imported.length > 0)
      throw new Error(`${plural(result.not_imported.length, 'line')} could not be imported. Run it again`)
  } catch (error) {
    if (error instanceof Unreachable) throw brokenOff(error.reason)
    if (!(error instanceof Refused) || error.lines.length === 0) throw error
    if (deps.isJson) for (const note of error.lines) await deps.show(JSON.stringify(note))
    else tellLines(error.lines, report)
    const bad = new Set(error.lines.map(({ line }) => line)).size
    const count = error.lines.length < MAX_NOTES ? plural(bad, 'line') : `${MAX_NOTES} lines or more`
    throw new Error(`Nothing was imported: ${count} cannot be`)
  }
}

export async function exportUsers(
  { file, after }: { readonly file: string; readonly after: string | null },
  deps: TransferDeps,
): Promise<void> {
  const progress = { count: 0, lastId: after }
  const lines = wholeLines(await deps.admin.stream('GET', '/export', { after }), progress, deps.report)
  const count = await deps.writeFile(file, lines).catch((error: unknown) => {
    if (!(error instanceof Unreachable)) throw error
    const goOn = progress.lastId === null ? 'Run it again' : `Go on into another file with --after ${progress.lastId}`
    throw new Error(`The export broke off after ${plural(progress.count, 'user')} (${error.reason}). ${goOn}`)
  })
  if (file === '-') return deps.report(`Exported ${plural(count, 'user')}`)
  await deps.show(deps.isJson ? JSON.stringify({ exported: count, file }) : `Exported ${plural(count, 'user')} to ${file}`)
}

/** What is broken off ends behind a whole line. */
async function* wholeLines(
  chunks: AsyncIterable<Uint8Array>,
  progress: { count: number; lastId: string | null },
  report: (line: string) => void,
): AsyncGenerator<Uint8Array, void, void> {
  let rest: Uint8Array = new Uint8Array(0)
  let told = 0
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk])
    const end = bytes.lastIndexOf(LINE_FEED) + 1
    rest = bytes.subarray(end)
    if (end === 0) continue
    const lines = bytes.subarray(0, end)
    yield lines
    progress.count += countLines(lines)
    progress.lastId = idOn(lines.subarray(lines.lastIndexOf(LINE_FEED, end - 2) + 1)) ?? progress.lastId
    if (progress.count - told < TELL_EVERY) continue
    told = progress.count
    report(`${progress.count} users written`)
  }
  if (rest.length > 0) yield rest
}

function idOn(line: Uint8Array): string | null {
  const { id } = JSON.parse(new TextDecoder().decode(line)) as { readonly id?: unknown }
  return typeof id === 'string' ? id : null
}

async function* counted(chunks: AsyncIterable<Uint8Array>, report: (line: string) => void): AsyncGenerator<Uint8Array> {
  let [lines, told] = [0, 0]
  for await (const chunk of chunks) {
    lines += countLines(chunk)
    if (lines - told >= TELL_EVERY) {
      told = lines
      report(`${lines} lines sent`)
    }
    yield chunk
  }
}

/** Lines that tell how far it is, and the report as the last one. @throws Error where it breaks off */
async function readProgress(answer: AsyncIterable<Uint8Array>, report: (line: string) => void): Promise<AdminImportReport> {
  let last: { written?: number; of?: number; error?: { message?: string } } | null = null
  for await (const line of linesOf(answer)) {
    last = JSON.parse(line)
    if (last?.of !== undefined && last.written) report(`${last.written} of ${last.of} written`)
  }
  if (last?.error) throw brokenOff(last.error.message ?? 'the service failed')
  if (last === null || last.of !== undefined) throw brokenOff('the answer has no end')
  return last as unknown as AdminImportReport
}

function brokenOff(reason: string): Error {
  return new Error(`The import broke off (${reason}). Run it again: what is written is left alone`)
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

async function describe({ dry_run: isDryRun, imported, present }: AdminImportReport, admin: AdminClient): Promise<string> {
  if (isDryRun) return `Would import ${plural(imported, 'user')}, ${present} ${present === 1 ? 'is' : 'are'} there already`
  const { accounts } = await admin.get<Stats>('/stats', 'accounts', { days: 1 })
  const old = accounts.old_hashes
  return [
    `Imported ${plural(imported, 'user')}, ${present} ${present === 1 ? 'was' : 'were'} there already`,
    `${old} of ${plural(accounts.all, 'user')} ${old === 1 ? 'has' : 'have'} an old hash left, until they sign in`,
  ].join('\n')
}

function tellLines(lines: readonly LineNote[], report: (line: string) => void, most = lines.length): void {
  for (const { line, message } of lines.slice(0, most)) report(`line ${line}: ${message}`)
  if (lines.length > most) report(`and ${lines.length - most} more like this`)
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
