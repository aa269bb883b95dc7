// Every form of a stored password that is checked here, ours among them: one row each, in the order of docs/operations.md. What one
// reads no other does.
import { parseArgon2id } from './argon2id.ts'
import { parseBcrypt, parseDjangoBcryptSha256, parsePasslibBcryptSha256 } from './bcrypt.ts'
import { parseDjangoPbkdf2, parsePasslibPbkdf2, parsePbkdf2Phc } from './pbkdf2.ts'
import { parseBetterAuthHash, parseDjangoScrypt, parseFirebaseHash, parseScryptPhc } from './scrypt-forms.ts'
import type { StoredHash } from './stored-hash.ts'

type Parse = (text: string) => StoredHash | null

const FORMATS: readonly Parse[] = [
  parseScryptPhc,
  parseBetterAuthHash,
  parseFirebaseHash,
  parseDjangoScrypt,
  parseArgon2id,
  parseBcrypt,
  parseDjangoBcryptSha256,
  parsePasslibBcryptSha256,
  parsePbkdf2Phc,
  parsePasslibPbkdf2,
  parseDjangoPbkdf2,
]

/** Longer than any of them. */
const MAX_LENGTH = 2048

/** `null` for a form that is not known, or that asks for more than a check may cost. */
export function parseStoredHash(text: string): StoredHash | null {
  if (text.length > MAX_LENGTH) return null
  for (const parse of FORMATS) {
    const stored = parse(text)
    if (stored) return stored
  }
  return null
}
