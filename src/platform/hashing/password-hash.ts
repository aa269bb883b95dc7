// Passwords as PHC strings, `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`: made, checked, renewed and compared by strength; what other systems
// made is checked until the sign-in that renews it. A stored string is data, not an order: what would cost too much is never run.

import { encodeBase64 } from '../crypto/base64.ts'
import type { Checkpoint } from './checkpoint.ts'
import { parseStoredHash } from './imported/formats.ts'
import { type HashInput, inputsOf, newInput, renewedInput } from './imported/password-input.ts'
import { isAffordable, parseScryptPhc } from './imported/scrypt-forms.ts'
import { type ScryptEngine, type ScryptParameters, scryptCost } from './scrypt.ts'
import type { Secret } from './secret.ts'

export { isAffordable }

export const DEFAULT_SCRYPT: ScryptParameters = { ln: 15, r: 8, p: 3 }

export const SALT_BYTES = 16
const HASH_BYTES = 32

/** OWASP Password Storage Cheat Sheet, scrypt: five ways to be as strong as the first. */
const OWASP_SCRYPT: readonly ScryptParameters[] = [
  { ln: 17, r: 8, p: 1 },
  { ln: 16, r: 8, p: 2 },
  { ln: 15, r: 8, p: 3 },
  { ln: 14, r: 8, p: 5 },
  { ln: 13, r: 8, p: 10 },
]

export interface PasswordHasher {
  /** @throws TypeError when the password is not well-formed: its lone surrogates would all hash alike */
  hash(password: string, parameters: ScryptParameters, salt: Uint8Array, checkpoint: Checkpoint): Promise<Secret>
  /**
   * The hash that takes the place of `stored`, by which the password was found right. Whatever else `stored` took for the same
   * password, it takes too. `null` where the one that is there has to stay.
   */
  renew(
    password: string,
    stored: string,
    parameters: ScryptParameters,
    salt: Uint8Array,
    checkpoint: Checkpoint,
  ): Promise<Secret | null>
  /**
   * Whether the password is the one that was hashed, here or by another system that its user came from; `false` for a string that
   * is malformed or asks for too much.
   * @param atLeast what the check costs in any case: where a weaker scrypt hash is stored, as much again is computed for nothing as is
   *   missing, or an account that has not signed in since the parameters were raised would answer faster than an unknown one
   */
  verify(password: string, stored: string, checkpoint: Checkpoint, atLeast?: ScryptParameters): Promise<boolean>
}

export function createPasswordHasher(engine: Pick<ScryptEngine, 'derive' | 'lend'>): PasswordHasher {
  const make = async ({ form, bytes }: HashInput, parameters: ScryptParameters, salt: Uint8Array, checkpoint: Checkpoint) =>
    renderPhc(parameters, form, salt, await engine.derive(bytes, salt, parameters, HASH_BYTES, checkpoint))
  return {
    async hash(password, parameters, salt, checkpoint) {
      if (!password.isWellFormed()) throw new TypeError('Cannot hash password: it is not valid Unicode text')
      return make(newInput(password), parameters, salt, checkpoint)
    },

    async renew(password, stored, parameters, salt, checkpoint) {
      const parsed = parseStoredHash(stored)
      const input = parsed && renewedInput(password, parsed.input)
      return input && make(input, parameters, salt, checkpoint)
    },

    async verify(password, text, checkpoint, atLeast) {
      const stored = parseStoredHash(text)
      if (stored === null) return false
      const missing = stored.scrypt && atLeast && missingCost(stored.scrypt, atLeast)
      let isMatch = false
      for (const input of inputsOf(password, stored.input)) {
        isMatch = (await stored.check(input, { engine, checkpoint })) || isMatch
        if (missing) await engine.derive(input, new Uint8Array(SALT_BYTES), missing, HASH_BYTES, checkpoint)
      }
      // Checked after the hash, so that a text that can match nothing costs the same as any wrong password.
      return isMatch && isDistinct(password)
    },
  }
}

/** Whether checking against this string would run a hash at all: one that is malformed or asks for too much never is. */
export function isRunnable(stored: string): boolean {
  return parseStoredHash(stored) !== null
}

/** Whether a password stored like this is to be hashed again at the next sign-in. A form that is not ours counts as weaker. */
export function isWeakerThan(phc: string, parameters: ScryptParameters): boolean {
  const stored = parseScryptPhc(phc)
  if (stored === null || stored.salt.length < SALT_BYTES || stored.hash.length < HASH_BYTES) return true
  return isWeaker(stored.scrypt, parameters)
}

/** Whether production refuses to hash with these: they are weaker than every row of OWASP's list. */
export function isBelowFloor(parameters: ScryptParameters): boolean {
  return OWASP_SCRYPT.every((row) => isWeaker(parameters, row))
}

/**
 * What an unknown account is checked against, so that it costs the same hash as a known one.
 * No password matches: one whose hash is all zeros would be a preimage.
 */
export function decoyHash(parameters: ScryptParameters, salt: Uint8Array): Secret {
  return renderPhc(parameters, 'text', salt, new Uint8Array(HASH_BYTES))
}

/** Less memory (N·r) or less work (N·r·p): either makes guessing cheaper. */
function isWeaker(one: ScryptParameters, other: ScryptParameters): boolean {
  return scryptCost({ ...one, p: 1 }) < scryptCost({ ...other, p: 1 }) || scryptCost(one) < scryptCost(other)
}

/** Of lanes the engine works on three at once: one by itself takes most of the time of three (measured). */
const LANES_AT_ONCE = 3
const REST = [0, 2.3, 2.4] as const
/** What smaller lanes save by lying in the cache, where the real ones do not. */
const IN_CACHE = 0.86

/** As time, in units of a row of one lane out of three. */
function timeOf({ ln, r, p }: ScryptParameters): number {
  return 2 ** ln * r * (p - (p % LANES_AT_ONCE) + (REST[p % LANES_AT_ONCE] ?? 0))
}

/** The parameters of a hash that takes the time which one takes less than the other, to within a twelfth; `null` where it takes no less. */
function missingCost(one: ScryptParameters, other: ScryptParameters): ScryptParameters | null {
  const missing = (timeOf(other) - timeOf(one)) / other.r
  if (missing < 2) return null
  // As few lanes as say it well enough, and always three at once.
  for (let ln = other.ln; ln >= 1; ln -= 1) {
    const wanted = ln < other.ln ? missing / IN_CACHE : missing
    const p = LANES_AT_ONCE * Math.round(wanted / (LANES_AT_ONCE * 2 ** ln))
    if (p > 0 && Math.abs(p * 2 ** ln - wanted) <= wanted / 12) return { ln, r: other.r, p }
  }
  return null
}

function renderPhc({ ln, r, p }: ScryptParameters, form: HashInput['form'], salt: Uint8Array, hash: Uint8Array): Secret {
  const input = form === 'text' ? '' : `,input=${form}`
  return `$scrypt$ln=${ln},r=${r},p=${p}${input}$${encodeBase64(salt)}$${encodeBase64(hash)}` as Secret
}

/**
 * Whether no other text hashes alike: lone surrogates all do, and HMAC fills a short key up with zeros (RFC 2104 §2), so that NUL
 * behind a password makes no difference to scrypt and PBKDF2, while bcrypt stops at it. No new password has either.
 */
function isDistinct(password: string): boolean {
  return password.isWellFormed() && !password.includes('\0')
}
