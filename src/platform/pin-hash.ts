// PINs are few: whoever steals the table could try them all in minutes. So each is keyed with an HMAC under AUTH_SECRET before
// it is hashed, which the database does not hold, and which makes a PIN's hash no password's and a password's no PIN's.

import { encodeHex } from './hex.ts'
import { deriveKeyBytes, secretKeyId } from './keyring.ts'
import { hashPassword, verifyPasswordHash } from './password-hash.ts'
import type { ScryptParameters } from './scrypt.ts'

/** @throws TypeError when the PIN is not well-formed */
export async function hashPin(
  pin: string,
  authSecret: string,
  parameters: ScryptParameters,
  salt: Uint8Array,
): Promise<{ pinHash: string; pinKeyId: string }> {
  if (!pin.isWellFormed()) throw new TypeError('Cannot hash PIN: it is not valid Unicode text')
  const pinHash = await hashPassword(await keyedPin(pin, authSecret), parameters, salt)
  return { pinHash, pinKeyId: await secretKeyId(authSecret) }
}

/** @param authSecret the one that the stored `pinKeyId` names */
export async function verifyPin(pin: string, pinHash: string, authSecret: string): Promise<boolean> {
  const matches = await verifyPasswordHash(await keyedPin(pin, authSecret), pinHash)
  return matches && pin.isWellFormed()
}

async function keyedPin(pin: string, authSecret: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', await deriveKeyBytes(authSecret, 'pin'), algorithm, false, ['sign'])
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(pin)))
  return encodeHex(mac)
}
