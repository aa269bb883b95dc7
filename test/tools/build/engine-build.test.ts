import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { compileEngine } from '../../../tools/build/engine-build.ts'
import { ENGINE_WASM, inProject } from '../../../tools/project.ts'

it('compiles the hashing engine to the very bytes that are committed', async () => {
  const committed = await readFile(inProject(ENGINE_WASM))
  expect(Buffer.from(await compileEngine()).equals(committed), 'run "npm run build:engine"').toBe(true)
})
