// Tells a user that the operator has set their password. The command line has no words of mail and no key to seal one, so it leaves a
// request, which the cron answers.
import type { MailRequest } from '../stores/mail-requests.ts'
import { sealAccountMail } from './account-mail.ts'
import type { Deps } from './deps.ts'
import { clientOf } from './mail-request-client.ts'

/** Done once, however often the request is answered. @throws Unavailable */
export async function sendPasswordNotice(deps: Deps, request: MailRequest): Promise<void> {
  const account = await deps.users.findByEmail(request.email)
  if (!account) return deps.mailRequests.finish(request.id)
  const pinRemoved = request.purpose === 'password_set_pin_removed'
  const mail = await sealAccountMail(deps, account, clientOf(request), { kind: 'password_changed', pinRemoved })
  await deps.mailRequests.answer(request.id, mail, deps.clock())
}
