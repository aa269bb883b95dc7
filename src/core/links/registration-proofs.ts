// What a browser keeps to be known as the one that registered: a signed pair of the registration's id and its end. Nothing of it
// is stored. It opens nothing by itself; beside the mailed link of that very registration it takes the place of its password.
import { signSymmetricToken, verifySymmetricToken } from '../../platform/crypto/jwt.ts'
import type { Keyring } from '../../platform/crypto/keyring.ts'
import type { Registration } from '../../stores/accounts/registrations.ts'

const TYPE = 'registration+jwt'
const PURPOSE = 'registration-proofs'

export async function issueRegistrationProof(
  keyring: Keyring,
  { id, expiresAt }: Pick<Registration, 'id' | 'expiresAt'>,
): Promise<string> {
  const signer = await keyring.hmacKey(PURPOSE)
  if (!signer) throw new Error('Cannot issue registration proof: the current key is missing')
  return signSymmetricToken(TYPE, { sub: id, exp: expiresAt }, signer.keyId, signer.key)
}

/** Whether it is genuine, of this very registration, and not past its end. */
export async function isProofOf(
  keyring: Keyring,
  proof: string,
  registration: Pick<Registration, 'id'>,
  now: number,
): Promise<boolean> {
  const claims = await verifySymmetricToken(proof, TYPE, async (keyId) => (await keyring.hmacKey(PURPOSE, keyId))?.key ?? null)
  return claims !== null && claims.sub === registration.id && typeof claims.exp === 'number' && claims.exp > now
}
