// Tells a user of a sign-in from a device that none of the sessions before came from.
import { nameDevice } from '../../platform/identifiers/device-name.ts'
import type { Account } from '../../stores/accounts/account.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { sealAccountMail } from '../mail/account-mail.ts'
import { deliverMail } from '../mail/deliver-mail.ts'

/** Goes on behind the reply: nobody is kept out because a mail cannot be queued. */
export async function announceSignIn(deps: Deps, user: Account, client: Client): Promise<void> {
  const notice = await sealAccountMail(deps, user, client, {
    kind: 'new_sign_in',
    device: nameDevice(client.userAgent),
  })
  await deps.outbox.addNotice(user.id, notice, deps.clock())
  await deliverMail(deps)
}
