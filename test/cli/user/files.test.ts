import { stat, writeFile as write } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FileFailed } from '../../../cli/operator/failures.ts'
import { readFile, writeFile } from '../../../cli/user/files.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text)
}

async function textOf(file: string): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of readFile(file)) parts.push(chunk)
  return Buffer.concat(parts).toString('utf8')
}

describe('files of users', () => {
  it('are written for their owner alone, never over another file, and read back', async () => {
    const file = join(await temporaryDirectory(), 'users.jsonl')
    expect(await writeFile(file, chunks('one\nzw', 'ei ü\n', ''))).toBe(2)
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await textOf(file)).toBe('one\nzwei ü\n')
    await expect(writeFile(file, chunks('other\n'))).rejects.toThrow(new FileFailed(`Cannot write ${file}: it exists already`))
    expect(await textOf(file)).toBe('one\nzwei ü\n')
  })

  it('keep what has come where the rest does not, and say so', async () => {
    const file = join(await temporaryDirectory(), 'users.jsonl')
    const broken = async function* () {
      yield* chunks('one\n')
      throw new Error('broken off')
    }
    await expect(writeFile(file, broken())).rejects.toThrow('broken off')
    expect(await textOf(file)).toBe('one\n')
  })

  it('that are not there are an error', async () => {
    const file = join(await temporaryDirectory(), 'lines')
    await write(`${file}.there`, 'a')
    expect(await textOf(`${file}.there`)).toBe('a')
    await expect(textOf(file)).rejects.toThrow(new FileFailed(`Cannot read ${file}: there is no such file or directory`))
    const directory = dirname(file)
    await expect(textOf(directory)).rejects.toThrow(new FileFailed(`Cannot read ${directory}: it is a directory`))
  })
})
