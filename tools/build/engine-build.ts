// Compiles the hashing engine, assembly/romix.ts. The result is committed, so that nobody needs the compiler to run Postern.
import { readFile } from 'node:fs/promises'
import asc from 'assemblyscript/asc'
import { inProject } from '../project.ts'

const SOURCE = 'assembly/romix.ts'
/** No runtime and no checks: the engine allocates nothing and is handed its memory. */
const OPTIONS = ['--optimizeLevel', '3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd']

/** @returns the module's bytes, the same for the same source and compiler @throws with the compiler's messages */
export async function compileEngine(): Promise<Uint8Array> {
  const source = await readFile(inProject(SOURCE), 'utf8')
  let wasm: Uint8Array | null = null
  const { error, stderr } = await asc.main(['romix.ts', '--outFile', 'romix.wasm', ...OPTIONS], {
    readFile: (name) => (name === 'romix.ts' ? source : null),
    writeFile: (name, contents) => {
      if (name === 'romix.wasm') wasm = contents as Uint8Array
    },
    listFiles: () => [],
  })
  if (error || wasm === null) throw new Error(`Cannot compile ${SOURCE}: ${stderr.toString()}`)
  return wasm
}
