// Who may do what to whom. Every act on somebody else's account has its row here.
import type { Account } from '../../stores/accounts/account.ts'
import { type Level, levelOf, reaches } from '../kernel/assurance.ts'
import type { Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'
import { SYSTEM_ADMIN, USERS_MANAGER } from '../kernel/permissions.ts'
import type { FreshPrincipal, Principal } from './authenticate.ts'

interface Rule {
  /** Any of them will do. */
  readonly allows: readonly string[]
  /** What everybody else is told: that it is not theirs, or no more than if there were nothing. */
  readonly otherwise: 'forbidden' | 'not_found'
}

const POLICY = {
  'find a user': { allows: [SYSTEM_ADMIN, USERS_MANAGER], otherwise: 'forbidden' },
  'list sessions': { allows: [SYSTEM_ADMIN], otherwise: 'forbidden' },
  'list granted accesses': { allows: [SYSTEM_ADMIN], otherwise: 'forbidden' },
  'end a granted access': { allows: [SYSTEM_ADMIN], otherwise: 'forbidden' },
  'end a session': { allows: [SYSTEM_ADMIN], otherwise: 'not_found' },
  operate: { allows: [SYSTEM_ADMIN], otherwise: 'forbidden' },
} satisfies Readonly<Record<string, Rule>>

export type ForeignAct = keyof typeof POLICY

/** No right over others is in a token that others can make. @throws AuthError as the policy says */
export function requireRight(
  { permissions, isForgeable }: Pick<FreshPrincipal, 'permissions' | 'isForgeable'>,
  act: ForeignAct,
): void {
  const { allows, otherwise }: Rule = POLICY[act]
  const hasRight = !isForgeable && allows.some((permission) => permissions.includes(permission))
  if (!hasRight) throw new AuthError(otherwise, `no right to ${act}`)
}

/**
 * The account that is acted on. Nobody is looked for before the right is known, so that whoever has none learns nothing.
 * @param find the other user @throws AuthError as the policy says, `not_found` where there is no such user
 */
export async function requireOwner(
  principal: FreshPrincipal,
  act: ForeignAct,
  isOwn: boolean,
  find: () => Promise<Account | null>,
): Promise<Account> {
  if (isOwn) return principal.user
  requireRight(principal, act)
  const owner = await find()
  if (!owner) throw new AuthError('not_found', 'no such user')
  return owner
}

/** @throws AuthError `forbidden` where the session was opened by less */
export function requireLevel({ amr }: Pick<Principal, 'amr'>, level: Level): void {
  if (!reaches(amr, level)) throw new AuthError('forbidden', `signed in at ${levelOf(amr)}`)
}

/** For what changes how the account is signed in to, and for guesses of its password. @throws AuthError `forbidden` */
export function requireOwnToken({ isForgeable }: Pick<FreshPrincipal, 'isForgeable'>): void {
  if (isForgeable) throw new AuthError('forbidden', 'a token of SHARED_TOKEN_SECRET')
}

/** How long a sign-in, or a password given again, opens the way to what can take an account over. */
const RECENT_SECONDS = 600

/**
 * For what could take an account over: a stolen token alone must not do it.
 * @throws AuthError `forbidden` in a session that began with a PIN and with a token that others can make, `reauthentication_required`
 */
export function requireRecentPassword(
  { clock }: Pick<Deps, 'clock'>,
  principal: Pick<FreshPrincipal, 'amr' | 'authTime' | 'isForgeable'>,
): void {
  requireLevel(principal, 'urn:postern:aal1')
  requireOwnToken(principal)
  if (clock() - principal.authTime > RECENT_SECONDS) throw new AuthError('reauthentication_required', 'password given too long ago')
}
