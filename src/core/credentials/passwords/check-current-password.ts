// Proves an account that is known already by its password once more.
import { clientBucket } from '../../../platform/identifiers/client-address.ts'
import { reasonOf } from '../../../platform/runtime/log.ts'
import type { Account } from '../../../stores/accounts/account.ts'
import type { StoredPassword } from '../../../stores/accounts/credentials.ts'
import type { Client, Deps } from '../../kernel/deps.ts'
import { decoyPassword } from '../decoys.ts'
import { type Credential, judgeAttempt, type ProvenAccount } from '../judge-attempt.ts'

/**
 * Within a live session, which has a count of its own: what strangers try on the account does not keep its user waiting, and a stolen
 * session cannot guess the password for ever, from however many addresses.
 * @throws AuthError `invalid_credentials`, `rate_limited` @throws Unavailable
 */
export async function checkCurrentPassword(
  deps: Deps,
  { user, sessionId }: { readonly user: Account; readonly sessionId: string },
  password: string,
  client: Client,
): Promise<ProvenAccount> {
  const address = clientBucket(client)
  const proven = await judge(deps, user, password, client, () =>
    deps.limits.beginSessionCheck({ sessionId, address }, deps.clock()),
  )
  // From a network that no session began in, this is what makes it known.
  deps.defer(noteProof(deps, user, client))
  return proven
}

/** Without a session: counted like a sign-in with the account's address. @throws as `checkCurrentPassword` */
export async function checkPasswordOf(deps: Deps, user: Account, password: string, client: Client): Promise<ProvenAccount> {
  const who = { account: `email:${user.email}`, address: clientBucket(client) }
  return judge(deps, user, password, client, () => deps.limits.beginSignIn(who, deps.clock()))
}

/** For somebody who has proved the account by its password or mailbox: from here, what strangers try is no reason to wait. */
export async function noteProof({ ledgers, clock, log }: Deps, { id }: Pick<Account, 'id'>, client: Client): Promise<void> {
  await ledgers.noteProof(id, clientBucket(client), clock()).catch((error: unknown) => {
    log('warn', 'proof not noted', { reason: reasonOf(error) })
  })
}

async function judge(
  deps: Deps,
  user: Account,
  password: string,
  client: Client,
  begin: Credential<StoredPassword>['begin'],
): Promise<ProvenAccount> {
  const credential: Credential<StoredPassword> = {
    what: 'password_check',
    begin,
    // The account stays the one that its session was judged by: another password by now is another epoch, with which nothing is done.
    find: async () => ({ account: user, stored: await deps.credentials.findPasswordOf(user.id) }),
    verify: (stored, checkpoint) => deps.hasher.verify(password, stored?.hash ?? decoyPassword(deps), checkpoint),
  }
  // The password was right, whatever becomes of what it was asked for.
  return judgeAttempt(deps, client, credential, async (proven, attempt) => [proven, await attempt.succeed()])
}
