// A password that is to take the place of another one: the policy before anything is spent or counted, the hash after.
import { SALT_BYTES } from '../../../platform/hashing/password-hash.ts'
import type { Secret } from '../../../platform/hashing/secret.ts'
import { addressBucket } from '../../../platform/identifiers/client-address.ts'
import { commonPasswordKey, describeBrokenRule, findBrokenRule } from '../../../platform/identifiers/password-policy.ts'
import type { Account } from '../../../stores/accounts/account.ts'
import type { Client, Deps } from '../../kernel/deps.ts'
import type { FieldProblem } from '../../kernel/errors.ts'
import { hashInTurn, requireHashRoom } from '../hash-room.ts'
import { withAttempt } from '../with-attempt.ts'
import { requireUnbreachedPassword } from './require-unbreached-password.ts'

/** What is wrong with it, as a member of the request, or `null`. @throws Unavailable */
export async function findNewPasswordProblem(
  { settings, commonPasswords }: Pick<Deps, 'settings' | 'commonPasswords'>,
  field: string,
  password: string,
  { email, username }: Pick<Account, 'email' | 'username'>,
): Promise<FieldProblem | null> {
  const own = [email, email.split('@')[0] ?? email, ...(username === null ? [] : [username])]
  const broken =
    (password === '' ? ({ rule: 'required' } as const) : findBrokenRule(password, settings.password, own)) ??
    ((await commonPasswords.includes(commonPasswordKey(password))) ? ({ rule: 'common' } as const) : null)
  return broken && { field, message: describeBrokenRule(broken), broken }
}

/**
 * @param field what the password is called in a refusal
 * @throws AuthError `invalid_request` for a breached password @throws Unavailable
 */
export async function hashNewPassword(deps: Deps, field: string, password: string): Promise<Secret> {
  await requireUnbreachedPassword(deps, field, password)
  const { hasher, random, settings } = deps
  return hashInTurn(deps, (checkpoint) => hasher.hash(password, settings.scrypt, random.bytes(SALT_BYTES), checkpoint))
}

/** The same for whoever has a link and no session: the hash is counted for the client. @throws AuthError `rate_limited` besides */
export async function hashLinkedPassword(deps: Deps, field: string, password: string, client: Client): Promise<Secret> {
  requireHashRoom(deps)
  const begun = await deps.limits.beginHash({ address: addressBucket(client.address) }, deps.clock())
  return withAttempt(deps, begun, async (attempt) => [await hashNewPassword(deps, field, password), attempt.succeedLater()])
}
