// Refresh tokens: a signed pair of session id and counter. Nothing of them is stored. What they say of time is for their holders: the
// session's ledger decides, and says the same of the same counter again, so that a lost reply is repeated as it was.
import { type SessionRecord, userIdOfSession } from '../../objects/session-ledger/session-rules.ts'
import { signSymmetricToken, verifySymmetricToken } from '../../platform/crypto/jwt.ts'
import type { Keyring } from '../../platform/crypto/keyring.ts'

export interface RefreshClaims {
  readonly sessionId: string
  readonly counter: number
}

const TYPE = 'rt+jwt'
const PURPOSE = 'refresh-tokens'

type Issued = Pick<SessionRecord, 'id' | 'counter' | 'rotatedAt' | 'expiresAt'>

export async function issueRefreshToken(keyring: Keyring, { id, counter, rotatedAt, expiresAt }: Issued): Promise<string> {
  const signer = await keyring.hmacKey(PURPOSE)
  if (!signer) throw new Error('Cannot issue refresh token: the current key is missing')
  const told = { sub: userIdOfSession(id) ?? '', iat: rotatedAt, exp: expiresAt, token_type: 'refresh' }
  return signSymmetricToken(TYPE, { sid: id, ctr: counter, ...told }, signer.keyId, signer.key)
}

/** @returns what a genuine token says, or `null`; forgeries touch no store */
export async function parseRefreshToken(keyring: Keyring, token: string): Promise<RefreshClaims | null> {
  const claims = await verifySymmetricToken(token, TYPE, async (keyId) => (await keyring.hmacKey(PURPOSE, keyId))?.key ?? null)
  if (!claims) return null
  const { sid, ctr } = claims
  return typeof sid === 'string' && typeof ctr === 'number' && Number.isSafeInteger(ctr) ? { sessionId: sid, counter: ctr } : null
}
