// The worker's password hashing, for commands: the same engine, with nobody else in the process to wait for.
import { readFile } from 'node:fs/promises'
import type { Checkpoint } from '../src/platform/hashing/checkpoint.ts'
import { createPasswordHasher, type PasswordHasher } from '../src/platform/hashing/password-hash.ts'
import { ScryptEngine } from '../src/platform/hashing/scrypt.ts'
import { ENGINE_WASM, inProject } from '../tools/project.ts'

export const atOnce: Checkpoint = async () => {}

/** The types in use are workerd's, where nobody may compile a module at run time. */
const CompiledModule = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module

export async function loadHasher(): Promise<PasswordHasher> {
  return createPasswordHasher(new ScryptEngine(new CompiledModule(await readFile(inProject(ENGINE_WASM)))))
}
