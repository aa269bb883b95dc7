// Who the holder of a stable token is, and by which access.

import type { Deps } from '../kernel/deps.ts'
import { authenticateStable } from './authenticate.ts'
import { type GrantedAccess, grantedAccessOf } from './granted-access-rules.ts'

export interface StableIdentity {
  readonly email: string
  readonly permissions: readonly string[]
  readonly sessionId: string
  readonly grantedAccess: GrantedAccess
}

/** @throws AuthError as `authenticate` @throws Unavailable */
export async function whoAmI(deps: Deps, token: string | null): Promise<StableIdentity> {
  const { email, permissions, sessionId, session, user } = await authenticateStable(deps, token)
  return { email, permissions, sessionId, grantedAccess: grantedAccessOf(session, user, deps.clock()) }
}
