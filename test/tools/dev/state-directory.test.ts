import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeStateDirectory } from '../../../tools/dev/state-directory.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

describe('the directory of the local state', () => {
  it('is made with those above it, and may be there already', async () => {
    const directory = join(await temporaryDirectory(), 'a', 'b')
    await makeStateDirectory(directory)
    await makeStateDirectory(directory)
    expect((await stat(directory)).isDirectory()).toBe(true)
  })

  it('cannot be a file, nor lie below one', async () => {
    const file = join(await temporaryDirectory(), 'file')
    await writeFile(file, 'mine')
    await expect(makeStateDirectory(file)).rejects.toThrow(`Cannot keep local state in ${file}: it is a file`)
    await expect(makeStateDirectory(join(file, 'a'))).rejects.toThrow('it lies below a file')
    expect((await stat(file)).isFile()).toBe(true)
  })

  it.runIf(process.platform === 'linux')('is refused where nothing can be made, at once', async () => {
    await expect(makeStateDirectory('/proc/nope/state')).rejects.toThrow(
      'Cannot keep local state in /proc/nope/state: it cannot be made',
    )
  })
})
