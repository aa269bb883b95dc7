import { spawn } from 'node:child_process'
import { copyFile, mkdir, open, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findOrphans } from '../../../tools/dev/state-orphans.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

describe('a workerd that works on a state', () => {
  it('is found by whatever link leads to the directory', async () => {
    const directory = await temporaryDirectory()
    const [real, link, program] = [join(directory, 'state'), join(directory, 'link'), join(directory, 'workerd')]
    await mkdir(join(real, 'v3'), { recursive: true })
    await symlink(real, link)
    // Any program of that name will do.
    await copyFile('/bin/sleep', program)
    const file = await open(join(real, 'v3', 'db.sqlite'), 'w')
    const orphan = spawn(program, ['60'], { stdio: ['ignore', file.fd, 'ignore'] })
    onTestFinished(async () => {
      orphan.kill()
      await file.close()
    })
    await expect.poll(() => findOrphans(real)).not.toEqual([])
    expect(await findOrphans(link)).toEqual(await findOrphans(real))
    expect(await findOrphans(directory)).toEqual([])
  })
})
