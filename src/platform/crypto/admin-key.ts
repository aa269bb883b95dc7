// The key of an operator's programs: `padm_` and at least 32 random bytes in base64url. The prefix binds its purpose and lets scanners of
// source code find it.
import { isEqual } from './equal-bytes.ts'
import { encodeHex } from './hex.ts'
import { findSecretProblem } from './keyring.ts'

const PREFIX = 'padm_'
const FORM = /^padm_[A-Za-z0-9_-]{43,128}$/

/** What is wrong with a key, to be said after its name and "is", or `null`. Never says anything of its text. */
export function findAdminKeyProblem(key: string): string | null {
  if (!FORM.test(key)) return 'not an admin key'
  return findSecretProblem(key.slice(PREFIX.length))
}

/** Whether a bearer token means to be one, before anybody looks whether it is right. */
export function claimsToBeAdminKey(token: string): boolean {
  return token.startsWith(PREFIX)
}

/** Eight hex digits that name the key that matches, for the record; `null` where none does. Takes the same time whichever it is. */
export async function matchAdminKey(given: string, keys: readonly string[]): Promise<string | null> {
  const digest = await sha256(given)
  let match: string | null = null
  for (const key of keys) {
    if (isEqual(await sha256(key), digest)) match = encodeHex(digest.subarray(0, 4))
  }
  return match
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}
