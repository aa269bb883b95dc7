// Passwords as PHC strings, `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`: made, checked and compared by strength; what other systems made is
// checked only. NFC happens here and nowhere else. A stored string is data, not an order: parameters that would cost too much are never run.

import { decodeBase64, encodeBase64 } from './base64.ts'
import type { Checkpoint } from './checkpoint.ts'
import { isEqual } from './equal-bytes.ts'
import { betterAuthPassword, parseBetterAuthHash } from './imported-hashes/better-auth.ts'
import { isKnownHash, verifyImportedHash } from './imported-hashes/imported-hash.ts'
import { HASH_MEMORY_BYTES, MAX_LANES, type ScryptEngine, type ScryptParameters, scryptCost } from './scrypt.ts'

export const DEFAULT_SCRYPT: ScryptParameters = { ln: 15, r: 8, p: 3 }

export const SALT_BYTES = 16
const HASH_BYTES = 32
/** Of N·r·p and of what is computed again for want of memory: a second or so of a server's processor. */
const MAX_WORK = 2 ** 22

/** OWASP Password Storage Cheat Sheet, scrypt: five ways to be as strong as the first. */
const OWASP_SCRYPT: readonly ScryptParameters[] = [
  { ln: 17, r: 8, p: 1 },
  { ln: 16, r: 8, p: 2 },
  { ln: 15, r: 8, p: 3 },
  { ln: 14, r: 8, p: 5 },
  { ln: 13, r: 8, p: 10 },
]

const PHC = /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d{0,3}),p=([1-9]\d{0,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

interface PasswordHash {
  readonly parameters: ScryptParameters
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

export interface PasswordHasher {
  /** @throws TypeError when the password is not well-formed: its lone surrogates would all hash alike */
  hash(password: string, parameters: ScryptParameters, salt: Uint8Array, checkpoint: Checkpoint): Promise<string>
  /**
   * Whether the password is the one that was hashed, here or by another system that its user came from; `false` for a string that
   * is malformed or asks for too much.
   * @param atLeast what the check costs in any case: where a weaker scrypt hash is stored, as much again is computed for nothing as is
   *   missing, or an account that has not signed in since the parameters were raised would answer faster than an unknown one
   */
  verify(password: string, phc: string, checkpoint: Checkpoint, atLeast?: ScryptParameters): Promise<boolean>
}

export function createPasswordHasher(engine: Pick<ScryptEngine, 'derive' | 'lend'>): PasswordHasher {
  return {
    async hash(password, parameters, salt, checkpoint) {
      if (!password.isWellFormed()) throw new TypeError('Cannot hash password: it is not valid Unicode text')
      return renderPhc(parameters, salt, await engine.derive(toBytes(password), salt, parameters, HASH_BYTES, checkpoint))
    },

    async verify(password, text, checkpoint, atLeast) {
      const betterAuth = parseBetterAuthHash(text)
      const stored = betterAuth ?? parsePhc(text)
      if (stored === null) {
        if (!isKnownHash(text)) return false
        await checkpoint()
        return (await verifyImportedHash(password, text, checkpoint, (bytes) => engine.lend(bytes))) && isDistinct(password)
      }
      const typed = betterAuth ? betterAuthPassword(password) : toBytes(password)
      const hash = await engine.derive(typed, stored.salt, stored.parameters, stored.hash.length, checkpoint)
      const missing = atLeast && missingCost(stored.parameters, atLeast)
      if (missing) await engine.derive(typed, stored.salt, missing, HASH_BYTES, checkpoint)
      // Checked after the hash, so that a text that can match nothing costs the same as any wrong password.
      return isEqual(hash, stored.hash) && isDistinct(password)
    },
  }
}

/** Whether checking against this string would run a hash at all: one that is malformed or asks for too much never is. */
export function isRunnable(stored: string): boolean {
  return parsePhc(stored) !== null || parseBetterAuthHash(stored) !== null || isKnownHash(stored)
}

/** Whether a password stored like this is to be hashed again at the next sign-in. A form that is not known counts as weaker. */
export function isWeakerThan(phc: string, parameters: ScryptParameters): boolean {
  const stored = parsePhc(phc)
  if (stored === null || stored.salt.length < SALT_BYTES || stored.hash.length < HASH_BYTES) return true
  return isWeaker(stored.parameters, parameters)
}

/** Whether production refuses to hash with these: they are weaker than every row of OWASP's list. */
export function isBelowFloor(parameters: ScryptParameters): boolean {
  return OWASP_SCRYPT.every((row) => isWeaker(parameters, row))
}

/**
 * What an unknown account is checked against, so that it costs the same hash as a known one.
 * No password matches: one whose hash is all zeros would be a preimage.
 */
export function decoyHash(parameters: ScryptParameters, salt: Uint8Array): string {
  return renderPhc(parameters, salt, new Uint8Array(HASH_BYTES))
}

/** Less memory (N·r) or less work (N·r·p): either makes guessing cheaper. */
function isWeaker(one: ScryptParameters, other: ScryptParameters): boolean {
  return scryptCost({ ...one, p: 1 }) < scryptCost({ ...other, p: 1 }) || scryptCost(one) < scryptCost(other)
}

/** The parameters of a hash that costs what one costs less than the other, to within a twelfth; `null` where it costs no less. */
function missingCost(one: ScryptParameters, other: ScryptParameters): ScryptParameters | null {
  const missing = (scryptCost(other) - scryptCost(one)) / other.r
  if (missing < 2) return null
  // As few lanes as say it well enough: many small ones would be in the cache, where the real ones are not.
  for (let ln = Math.min(other.ln, Math.floor(Math.log2(missing))); ln >= 1; ln -= 1) {
    const p = Math.round(missing / 2 ** ln)
    if (Math.abs(p * 2 ** ln - missing) <= missing / 12) return { ln, r: other.r, p }
  }
  return null
}

function parsePhc(phc: string): PasswordHash | null {
  const [, ln, r, p, saltText, hashText] = PHC.exec(phc) ?? []
  const salt = decodeBase64(saltText ?? '')
  const hash = decodeBase64(hashText ?? '')
  const parameters = { ln: Number(ln), r: Number(r), p: Number(p) }
  if (!salt || !hash || !isAffordable(parameters)) return null
  if (salt.length < 8 || salt.length > 64 || hash.length < 16 || hash.length > 64) return null
  return { parameters, salt, hash }
}

/** Whether a hash with these is ever run, be it for the operator who set them or for a string that came from elsewhere. */
export function isAffordable(parameters: ScryptParameters): boolean {
  const { ln, r, p } = parameters
  // RFC 7914 §2: N is less than 2^(128·r/8).
  if (ln >= 16 * r) return false
  // A row that is not kept is computed again, half the rows between two kept ones on average, whenever it is asked for.
  const tableBytes = 128 * r * 2 ** ln * Math.min(p, MAX_LANES)
  const rowsPerKept = Math.max(1, tableBytes / HASH_MEMORY_BYTES)
  return scryptCost(parameters) * (1 + (rowsPerKept - 1) / 4) <= MAX_WORK
}

function renderPhc({ ln, r, p }: ScryptParameters, salt: Uint8Array, hash: Uint8Array): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${encodeBase64(salt)}$${encodeBase64(hash)}`
}

/**
 * Whether no other text hashes alike: lone surrogates all do, and HMAC fills a short key up with zeros (RFC 2104 §2), so that NUL
 * behind a password makes no difference to scrypt and PBKDF2, while bcrypt stops at it. No new password has either.
 */
function isDistinct(password: string): boolean {
  return password.isWellFormed() && !password.includes('\0')
}

function toBytes(password: string): Uint8Array {
  return new TextEncoder().encode(password.normalize('NFC'))
}
