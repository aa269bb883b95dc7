// Passwords as other systems stored them: bcrypt, argon2id, PBKDF2. Checked here until the sign-in that hashes them anew. A stored
// string is data, not an order: parameters that would cost too much are never run. scrypt is the engine's, better-auth's included
// (better-auth.ts).

import type { Checkpoint } from '../checkpoint.ts'
import { isEqual } from '../equal-bytes.ts'
import { type Argon2idHash, argon2idMemoryBytes, parseArgon2idHash, runArgon2id } from './argon2id.ts'
import { type BcryptHash, parseBcryptHash, runBcrypt } from './bcrypt.ts'
import { type Pbkdf2Hash, parsePbkdf2Hash, runPbkdf2 } from './pbkdf2.ts'

/** Working memory of so many bytes, whatever is in it; only asked for when `hashMemoryBytes` is not 0. */
export type LendMemory = (bytes: number) => Uint32Array

type ImportedHash =
  | { readonly form: 'bcrypt'; readonly stored: BcryptHash }
  | { readonly form: 'argon2id'; readonly stored: Argon2idHash }
  | { readonly form: 'pbkdf2'; readonly stored: Pbkdf2Hash }

/** Whether the string is of a form we know, with parameters we are willing to run. */
export function isKnownHash(stored: string): boolean {
  return parse(stored) !== null
}

/** What a check needs besides a few KiB: at most 64 MiB. */
export function hashMemoryBytes(stored: string): number {
  const parsed = parse(stored)
  return parsed?.form === 'argon2id' ? argon2idMemoryBytes(parsed.stored) : 0
}

/**
 * Whether the password is the one that was hashed; `false` for a string that is not known. Other systems hashed what was typed,
 * this one hashes NFC: where the two differ both are tried, which costs a second run, chosen by whoever types and not by the account.
 * @throws what `checkpoint` throws
 */
export async function verifyImportedHash(
  password: string,
  stored: string,
  checkpoint: Checkpoint,
  lend: LendMemory = (bytes) => new Uint32Array(bytes / 4),
): Promise<boolean> {
  const parsed = parse(stored)
  if (parsed === null) return false
  let isMatch = false
  for (const text of new Set([password, password.normalize('NFC')])) {
    isMatch =
      isEqual(await run(Uint8Array.from(new TextEncoder().encode(text)), parsed, checkpoint, lend), parsed.stored.hash) || isMatch
  }
  // Checked after the hash, so that a text that can match nothing costs the same as any wrong password: lone surrogates would all
  // hash alike, and a NUL ends a password for most of bcrypt's implementations, so that whatever follows would do.
  return isMatch && password.isWellFormed() && !(parsed.form === 'bcrypt' && password.includes('\0'))
}

function parse(stored: string): ImportedHash | null {
  const bcrypt = parseBcryptHash(stored)
  if (bcrypt) return { form: 'bcrypt', stored: bcrypt }
  const argon2id = parseArgon2idHash(stored)
  if (argon2id) return { form: 'argon2id', stored: argon2id }
  const pbkdf2 = parsePbkdf2Hash(stored)
  return pbkdf2 && { form: 'pbkdf2', stored: pbkdf2 }
}

function run(password: Uint8Array<ArrayBuffer>, { form, stored }: ImportedHash, checkpoint: Checkpoint, lend: LendMemory) {
  switch (form) {
    case 'bcrypt':
      return runBcrypt(password, stored, checkpoint)
    case 'argon2id':
      return runArgon2id(password, stored, lend(argon2idMemoryBytes(stored)), checkpoint)
    case 'pbkdf2':
      return runPbkdf2(password, stored, checkpoint)
  }
}
