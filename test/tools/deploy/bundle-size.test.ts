import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { describeSize, gzipSizeOf } from '../../../tools/deploy/bundle-size.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

it('gzipSizeOf() counts every module, and neither source maps nor notes', async () => {
  const directory = await temporaryDirectory()
  await mkdir(join(directory, 'deep'))
  await writeFile(join(directory, 'index.js'), 'a'.repeat(5000))
  await writeFile(join(directory, 'deep', 'x.wasm'), 'b'.repeat(100))
  await writeFile(join(directory, 'index.js.map'), 'c'.repeat(5000))
  await writeFile(join(directory, 'README.md'), 'd')
  expect(await gzipSizeOf(directory)).toBe(gzipSync('a'.repeat(5000)).length + gzipSync('b'.repeat(100)).length)
  expect(describeSize(1024)).toBe('Bundle: 1.0 KiB gzip, of at most 160.0')
})
