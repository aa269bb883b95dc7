// Files of any length, read and written a piece at a time; `-` is standard input or output.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { escapeUnprintable } from '../../src/platform/identifiers/printable-text.ts'
import { describeFailure, FileFailed } from '../operator/failures.ts'
import { writeOut } from '../operator/output.ts'
import { countLines } from './count-lines.ts'

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
  if (file === '-') return writeAll(chunks, writeOutEscaped())
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
    lines += countLines(chunk)
    await write(chunk)
  }
  return lines
}

/** JSON stays the same JSON, and nothing in it acts on a terminal. */
function writeOutEscaped(): (chunk: Uint8Array) => Promise<void> {
  const decoder = new TextDecoder()
  return (chunk) => writeOut(escapeUnprintable(decoder.decode(chunk, { stream: true })))
}

function failWith(failed: string): (error: unknown) => never {
  return (error) => {
    throw new FileFailed(describeFailure(failed, error))
  }
}
