// The engine as tests use it: alone in the isolate, with nobody to wait for.

import type { Checkpoint } from '../../src/platform/hashing/checkpoint.ts'
import { createPasswordHasher } from '../../src/platform/hashing/password-hash.ts'
import romix from '../../src/platform/hashing/romix.wasm'
import { ScryptEngine, type ScryptParameters } from '../../src/platform/hashing/scrypt.ts'

export const atOnce: Checkpoint = async () => {}

export const engine = new ScryptEngine(romix)
export const hasher = createPasswordHasher(engine)

export function hashPassword(password: string, parameters: ScryptParameters, salt: Uint8Array): Promise<string> {
  return hasher.hash(password, parameters, salt, atOnce)
}

export function verifyPasswordHash(password: string, stored: string): Promise<boolean> {
  return hasher.verify(password, stored, atOnce)
}
