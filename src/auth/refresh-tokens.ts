// Refresh tokens: a signed pair of session id and counter. Nothing of them is stored, and no time is in them: the
// session's ledger decides expiry, so the same successor can be signed again when a reply was lost.
import { signSymmetricToken, verifySymmetricToken } from '../platform/jwt.ts'
import type { Keyring } from '../platform/keyring.ts'

export interface RefreshClaims {
  readonly sessionId: string
  readonly counter: number
}

const TYPE = 'rt+jwt'
const PURPOSE = 'refresh-tokens'

export async function issueRefreshToken(keyring: Keyring, { sessionId, counter }: RefreshClaims): Promise<string> {
  const signer = await keyring.hmacKey(PURPOSE)
  if (!signer) throw new Error('Cannot issue refresh token: the current key is missing')
  return signSymmetricToken(TYPE, { sid: sessionId, ctr: counter }, signer.keyId, signer.key)
}

/** @returns what a genuine token says, or `null`; forgeries touch no store */
export async function parseRefreshToken(keyring: Keyring, token: string): Promise<RefreshClaims | null> {
  const claims = await verifySymmetricToken(token, TYPE, async (keyId) => (await keyring.hmacKey(PURPOSE, keyId))?.key ?? null)
  if (!claims) return null
  const { sid, ctr } = claims
  return typeof sid === 'string' && typeof ctr === 'number' && Number.isSafeInteger(ctr) ? { sessionId: sid, counter: ctr } : null
}
