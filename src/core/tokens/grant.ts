// What a successful sign-in or refresh hands out: both tokens over one session.
import type { SessionRecord } from '../../objects/session-ledger/session-rules.ts'
import type { SigningKey } from '../../platform/crypto/jwt.ts'
import type { Account } from '../../stores/accounts/account.ts'
import type { Deps } from '../kernel/deps.ts'
import { permissionsOf } from '../kernel/permissions.ts'
import { issueAccessToken } from './access-tokens.ts'
import { issueRefreshToken } from './refresh-tokens.ts'
import { issueSharedToken } from './shared-tokens.ts'

export interface Grant {
  readonly accessToken: string
  /** For programs that share a secret with this service; `null` where none do. */
  readonly sharedToken: { readonly token: string; readonly expiresIn: number } | null
  readonly refreshToken: string
  /** Seconds the access token lasts. */
  readonly expiresIn: number
  /** Seconds until the session ends unless it is refreshed: so long the refresh token is of use. */
  readonly refreshExpiresIn: number
  /** With the permissions this session carries. */
  readonly user: Account
}

/** Only signs: everything that can fail has been read before. */
export async function issueGrant(
  deps: Pick<Deps, 'settings' | 'random' | 'clock' | 'keyring'>,
  key: SigningKey,
  user: Account,
  session: SessionRecord,
): Promise<Grant> {
  const [access, sharedToken, refreshToken] = await Promise.all([
    issueAccessToken(deps, key, user, session),
    issueSharedToken(deps, user, session),
    issueRefreshToken(deps.keyring, session),
  ])
  return {
    accessToken: access.token,
    sharedToken,
    expiresIn: access.expiresIn,
    refreshToken,
    refreshExpiresIn: Math.max(1, session.expiresAt - deps.clock()),
    user: { ...user, permissions: permissionsOf(user.permissions, session.amr) },
  }
}
