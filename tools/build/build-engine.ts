// `npm run build:engine`. A test compares what is committed with what this makes.
import { writeFile } from 'node:fs/promises'
import { ENGINE_WASM, inProject } from '../project.ts'
import { compileEngine } from './engine-build.ts'

const wasm = await compileEngine()
await writeFile(inProject(ENGINE_WASM), wasm)
console.log(`${ENGINE_WASM}: ${wasm.length} bytes`)
