// Proves an account by e-mail address or username and password. Every wrong pair gets the same answer at the same cost.

import { isWeakerThan, SALT_BYTES } from '../../../platform/hashing/password-hash.ts'
import type { Secret } from '../../../platform/hashing/secret.ts'
import { clientBucket } from '../../../platform/identifiers/client-address.ts'
import { parseEmailAddress } from '../../../platform/identifiers/email-address.ts'
import { parseUsername } from '../../../platform/identifiers/username.ts'
import type { Credentialed, StoredPassword } from '../../../stores/accounts/credentials.ts'
import type { Client, Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { decoyPassword } from '../decoys.ts'
import { hashInTurn } from '../hash-room.ts'
import { type Credential, type GoOn, judgeAttempt } from '../judge-attempt.ts'
import { noteUse } from '../note-use.ts'

export interface Credentials {
  /** Counts where both are given. */
  readonly email?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
}

interface Identifier {
  /** What limits are counted for: the identifier as typed, canonicalised, whether anybody has it or not. */
  readonly name: string
  find(credentials: Deps['credentials']): Promise<Credentialed<StoredPassword> | null>
}

/** Credentials that can be judged. */
interface Claim {
  readonly account: Identifier
  readonly password: string
}

/** Costs nothing. @throws AuthError `missing_credentials` */
export function requireCredentials(credentials: Credentials): Claim {
  const account = parseAccount(credentials)
  const { password } = credentials
  if (!account || !password) throw new AuthError('missing_credentials', 'identifier or password missing')
  return { account, password }
}

/** @param goOn with the account that is proven @throws AuthError `invalid_credentials`, `rate_limited`, and what `goOn` throws @throws Unavailable */
export async function checkPassword<T>(deps: Deps, { account, password }: Claim, client: Client, goOn: GoOn<T>): Promise<T> {
  const who = { account: account.name, address: clientBucket(client) }
  const credential: Credential<StoredPassword> = {
    what: 'sign_in',
    begin: () => deps.limits.beginSignIn(who, deps.clock()),
    beginExempt: () => deps.limits.beginSignIn({ ...who, isExempt: true }, deps.clock()),
    find: () => account.find(deps.credentials),
    verify: (stored, checkpoint) =>
      deps.hasher.verify(password, stored?.hash ?? decoyPassword(deps), checkpoint, deps.settings.scrypt),
  }
  return judgeAttempt(deps, client, credential, (proven, attempt) => {
    const { user, stored } = proven
    if (isWeakerThan(stored.hash, deps.settings.scrypt)) deps.defer(strengthenHash(deps, user.id, stored.hash, password))
    noteUse(deps, user.id, 'password', stored)
    return goOn(proven, attempt)
  })
}

function parseAccount({ email, username }: Credentials): Identifier | null {
  if (email) {
    const address = parseEmailAddress(email)
    if (!address) return nobody(`email:${email}`)
    return { name: `email:${address}`, find: (credentials) => credentials.findPasswordByEmail(address) }
  }
  if (username) {
    const name = parseUsername(username)
    if (!name) return nobody(`username:${username}`)
    return { name: `username:${name.key}`, find: (credentials) => credentials.findPasswordByUsernameKey(name.key) }
  }
  return null
}

/** Text that no account can be known by is judged like any other: a slip in an address is a wrong sign-in. */
function nobody(name: string): Identifier {
  return { name, find: async () => null }
}

/** Nothing depends on it, so others go first: with no room now, the next sign-in will do. */
async function strengthenHash(deps: Deps, userId: string, from: Secret, password: string): Promise<void> {
  if (!deps.hashQueue.hasRoom()) return
  const { hasher, random, settings } = deps
  const hash = await hashInTurn(deps, (checkpoint) =>
    hasher.renew(password, from, settings.scrypt, random.bytes(SALT_BYTES), checkpoint),
  )
  if (hash !== null) await deps.credentials.replacePassword(userId, from, hash)
}
