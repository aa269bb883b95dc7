// What ends a command of the operator besides a refusal of the service.
import { codeOf } from '../../tools/error-code.ts'

/** Whoever reads the output has gone, as `head` does: no failure, and no reason to go on. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
}

/** What went wrong with a file, in one sentence for people. */
export class FileFailed extends Error {
  override readonly name = 'FileFailed'
}

/** The system's words, as people know them. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EISDIR: 'it is a directory',
  EACCES: 'it may not be opened',
  EPERM: 'it may not be opened',
  EEXIST: 'it exists already',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
}

/** @param error of the system */
export function describeFailure(failed: string, error: unknown): string {
  const code = codeOf(error) ?? ''
  return `${failed}: ${REASONS[code] ?? (code || String(error))}`
}
