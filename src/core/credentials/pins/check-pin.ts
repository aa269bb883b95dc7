// Proves an account by username and PIN. Every wrong pair gets the same answer at the same cost, a dead PIN included.

import { isWeakerThan, SALT_BYTES } from '../../../platform/hashing/password-hash.ts'
import { hashPin, type StoredPin, verifyPin } from '../../../platform/hashing/pin-hash.ts'
import { addressBucket } from '../../../platform/identifiers/client-address.ts'
import { parseUsername } from '../../../platform/identifiers/username.ts'
import type { UsedPin } from '../../../stores/accounts/credentials.ts'
import { recordAct } from '../../audit/audit.ts'
import type { Client, Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { decoyPin } from '../decoys.ts'
import { hashInTurn } from '../hash-room.ts'
import { type Credential, type GoOn, judgeAttempt } from '../judge-attempt.ts'
import { noteUse } from '../note-use.ts'

export interface PinCredentials {
  /** The username. */
  readonly name?: string | undefined
  readonly pin?: string | undefined
}

/**
 * @throws AuthError `missing_credentials`, `invalid_credentials`, `rate_limited`
 * @throws Unavailable
 */
export async function checkPin<T>(deps: Deps, { name, pin }: PinCredentials, client: Client, goOn: GoOn<T>): Promise<T> {
  if (!name || !pin) throw new AuthError('missing_credentials', 'name or PIN missing')
  // Text that can be nobody's username is judged like any other, which it then is not.
  const key = parseUsername(name)?.key ?? null
  let [isDead, isLast] = [false, false]
  const who = { usernameKey: key ?? name, address: addressBucket(client.address) }
  const credential: Credential<UsedPin> = {
    what: 'sign_in',
    async begin() {
      const begun = await deps.limits.beginPinSignIn(who, deps.clock())
      if (begun.allowed) ({ isDead, isLast } = begun)
      return begun
    },
    find: async () => (key === null ? null : deps.credentials.findPinByUsernameKey(key)),
    async verify(stored, checkpoint, user) {
      const isRight = await verifyPin(deps, pin, stored ?? (await decoyPin(deps)), checkpoint, deps.settings.scrypt)
      if (user && stored && !isRight && isLast) {
        recordAct(deps, client, { what: 'pin_dead', reason: 'too many failures in a row', userId: user.id, actor: 'anonymous' })
      }
      return isRight && stored !== null && !isDead
    },
  }
  return judgeAttempt(deps, client, credential, async (proven, attempt) => {
    const { user, stored } = proven
    if (await isOutdated(deps, stored)) deps.defer(renewHash(deps, user.id, stored, pin))
    noteUse(deps, user.id, 'pin', stored)
    return goOn(proven, attempt)
  })
}

/** Weaker than today's, or keyed under the secret before, which is not accepted for ever. */
async function isOutdated({ settings, keyring }: Deps, { pinHash, pinKeyId }: StoredPin): Promise<boolean> {
  return isWeakerThan(pinHash, settings.scrypt) || pinKeyId !== (await keyring.currentKeyId())
}

async function renewHash(deps: Deps, userId: string, from: StoredPin, pin: string): Promise<void> {
  if (!deps.hashQueue.hasRoom()) return
  const { random, settings } = deps
  const to = await hashInTurn(deps, (checkpoint) => hashPin(deps, pin, settings.scrypt, random.bytes(SALT_BYTES), checkpoint))
  await deps.credentials.replacePin(userId, from.pinHash, to)
}
