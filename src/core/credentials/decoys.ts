// What is checked where nothing is stored, so that an unknown account costs the hash that a known one costs.
import { decoyHash, SALT_BYTES } from '../../platform/hashing/password-hash.ts'
import type { StoredPin } from '../../platform/hashing/pin-hash.ts'
import type { Secret } from '../../platform/hashing/secret.ts'
import type { Deps } from '../kernel/deps.ts'

export function decoyPassword({ settings, random }: Deps): Secret {
  return decoyHash(settings.scrypt, random.bytes(SALT_BYTES))
}

export async function decoyPin(deps: Deps): Promise<StoredPin> {
  return { pinHash: decoyPassword(deps), pinKeyId: await deps.keyring.currentKeyId() }
}
