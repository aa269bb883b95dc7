// Files of any length, read and written a piece at a time; `-` is standard input or output.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { FileFailed, OutputClosed } from '../operator/failures.ts'

const LINE_FEED = 10

export async function* readFile(file: string): AsyncGenerator<Uint8Array, void, void> {
  if (file === '-') {
    yield* process.stdin
    return
  }
  const handle = await open(file).catch(failWith(`Cannot read ${file}`))
  try {
    yield* createReadStream(file, { fd: handle.fd, autoClose: false })
  } catch (error) {
    failWith(`Cannot read ${file}`)(error)
  } finally {
    await handle.close()
  }
}

/** The file is made, and only its owner may read it. @returns how many lines @throws Error when it exists */
export async function writeFile(file: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  if (file === '-') return writeAll(chunks, writeOut)
  const fail = failWith(`Cannot write ${file}`)
  const handle = await open(file, 'wx', 0o600).catch(fail)
  try {
    return await writeAll(chunks, async (chunk) => void (await handle.writeFile(chunk).catch(fail)))
  } finally {
    await handle.close()
  }
}

async function writeAll(chunks: AsyncIterable<Uint8Array>, write: (chunk: Uint8Array) => Promise<void>): Promise<number> {
  let lines = 0
  for await (const chunk of chunks) {
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) lines += 1
    await write(chunk)
  }
  return lines
}

function writeOut(chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(chunk, (error) => {
      if (!error) return resolve()
      reject('code' in error && error.code === 'EPIPE' ? new OutputClosed() : new FileFailed(sentence('Cannot write', error)))
    })
  })
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

function failWith(failed: string): (error: unknown) => never {
  return (error) => {
    throw new FileFailed(sentence(failed, error))
  }
}

function sentence(failed: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return `${failed}: ${REASONS[code] ?? (code || String(error))}`
}
