// Proves an account that is known already by its password once more. Counted like a sign-in with the account's address, or
// a stolen session could guess the password for ever.
import { addressBucket } from '../platform/client-address.ts'
import type { User } from '../stores/users.ts'
import type { Client, Deps } from './deps.ts'
import { judgeAttempt, type ProvenAccount } from './judge-attempt.ts'

/** Settles the attempt. @throws AuthError `invalid_credentials`, `rate_limited` @throws Unavailable */
export async function checkCurrentPassword(deps: Deps, user: User, password: string, client: Client): Promise<ProvenAccount> {
  const who = { account: `email:${user.email}`, address: addressBucket(client.address) }
  const proven = await judgeAttempt(deps, client, {
    what: 'password_check',
    begin: () => deps.limits.beginSignIn(who, deps.clock()),
    find: async () => user,
    verify: (_, checkpoint) => deps.hasher.verify(password, user.passwordHash, checkpoint),
  })
  // The password was right, whatever becomes of what it was asked for.
  await proven.attempt.succeed(deps.clock())
  return proven
}
