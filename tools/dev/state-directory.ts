// The directory of the local state, which may be named on a command line.
import { access, constants, mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { codeOf } from '../error-code.ts'
import { PROJECT_ROOT } from '../project.ts'

/** @param persistDirectory as given to wrangler's --persist-to @throws Error with one sentence where it is none, and cannot be made */
export async function makeStateDirectory(persistDirectory: string): Promise<void> {
  try {
    const directory = resolve(PROJECT_ROOT, persistDirectory)
    await makeDirectory(directory)
    await access(directory, constants.R_OK | constants.W_OK)
  } catch (error) {
    const code = codeOf(error) ?? String(error)
    throw new Error(`Cannot keep local state in ${persistDirectory}: ${REASONS[code] ?? `it cannot be made (${code})`}`)
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'it is a file',
  ENOTDIR: 'it lies below a file',
  EACCES: 'it may not be written to',
  EPERM: 'it may not be written to',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
}

/** `recursive` of Node's own never comes back where a parent is there and takes no directory, as in /proc. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await isDirectory(path))) return
    if (codeOf(error) !== 'ENOENT' || (await isDirectory(dirname(path)))) throw error
    await makeDirectory(dirname(path))
    await mkdir(path).catch((again: unknown) => {
      if (codeOf(again) !== 'EEXIST') throw again
    })
  }
}

function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
