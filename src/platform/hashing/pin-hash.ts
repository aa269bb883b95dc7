// PINs are few: whoever steals the table could try them all in minutes. So each is keyed with an HMAC under AUTH_SECRET before
// it is hashed, which the database does not hold, and which makes a PIN's hash no password's and a password's no PIN's.

import { encodeHex } from '../crypto/hex.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { PasswordHasher } from './password-hash.ts'
import type { ScryptParameters } from './scrypt.ts'
import type { Secret } from './secret.ts'

export interface StoredPin {
  /** PHC string. */
  readonly pinHash: Secret
  /** Names the secret it was keyed under. */
  readonly pinKeyId: string
}

const PURPOSE = 'pin'

interface Means {
  readonly hasher: PasswordHasher
  readonly keyring: Pick<Keyring, 'hmacKey'>
}

/** @throws TypeError when the PIN is not well-formed */
export async function hashPin(
  { hasher, keyring }: Means,
  pin: string,
  parameters: ScryptParameters,
  salt: Uint8Array,
  checkpoint: Checkpoint,
): Promise<StoredPin> {
  if (!pin.isWellFormed()) throw new TypeError('Cannot hash PIN: it is not valid Unicode text')
  const hmac = await keyring.hmacKey(PURPOSE)
  if (!hmac) throw new Error('Cannot hash PIN: the current key is missing')
  const pinHash = await hasher.hash(await keyedPin(pin, hmac.key), parameters, salt, checkpoint)
  return { pinHash, pinKeyId: hmac.keyId }
}

/** One hash in any case; `false` where the secret that the PIN was keyed under is not accepted any more. */
export async function verifyPin(
  { hasher, keyring }: Means,
  pin: string,
  stored: Readonly<Record<keyof StoredPin, string>>,
  checkpoint: Checkpoint,
  atLeast?: ScryptParameters,
): Promise<boolean> {
  const hmac = await keyring.hmacKey(PURPOSE, stored.pinKeyId)
  const key = hmac ?? (await keyring.hmacKey(PURPOSE))
  if (!key) throw new Error('Cannot verify PIN: the current key is missing')
  const matches = await hasher.verify(await keyedPin(pin, key.key), stored.pinHash, checkpoint, atLeast)
  return matches && hmac !== null && pin.isWellFormed()
}

async function keyedPin(pin: string, key: CryptoKey): Promise<string> {
  return encodeHex(new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(pin))))
}
