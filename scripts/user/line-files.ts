// Files of lines, of any length, read and written a piece at a time.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'

export async function* readLines(file: string): AsyncGenerator<string, void, void> {
  const handle = await open(file)
  try {
    yield* createInterface({
      input: createReadStream(file, { fd: handle.fd, autoClose: false }),
      crlfDelay: Number.POSITIVE_INFINITY,
    })
  } finally {
    await handle.close()
  }
}

/** The file is made, and only its owner may read it. @returns how many lines @throws Error when it exists */
export async function writeLines(file: string, lines: AsyncIterable<string>): Promise<number> {
  const handle = await open(file, 'wx', 0o600)
  let count = 0
  try {
    for await (const line of lines) {
      await handle.appendFile(`${line}\n`)
      count += 1
    }
  } finally {
    await handle.close()
  }
  return count
}
