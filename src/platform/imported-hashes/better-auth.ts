// better-auth's own form, `salt:key`: scrypt at fixed parameters over the password in NFKC, salted with the salt's hex digits
// rather than with the bytes they stand for. Only read here; the scrypt engine runs it.
import type { ScryptParameters } from '../scrypt.ts'

export interface BetterAuthHash {
  readonly parameters: ScryptParameters
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

const FORM = /^([0-9a-f]{32}):([0-9a-f]{128})$/

export function parseBetterAuthHash(stored: string): BetterAuthHash | null {
  const [, salt, key] = FORM.exec(stored) ?? []
  if (salt === undefined || key === undefined) return null
  const hash = Uint8Array.from(key.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
  return { parameters: { ln: 14, r: 16, p: 1 }, salt: new TextEncoder().encode(salt), hash }
}

/** What better-auth hashes: not NFC, as everybody else here. */
export function betterAuthPassword(password: string): Uint8Array {
  return new TextEncoder().encode(password.normalize('NFKC'))
}
