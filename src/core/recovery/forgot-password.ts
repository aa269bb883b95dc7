// Asks for a link for a new password. The reply costs the same for every address: what the address has is looked up after it.

import { requireChallenge } from '../credentials/require-challenge.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { requireEmail } from '../mail/email-rules.ts'
import { askForMail } from '../mailed-links/ask-for-mail.ts'

/** @throws AuthError `invalid_request`, `challenge_failed` @throws Unavailable */
export async function forgotPassword(deps: Deps, email: string | undefined, client: Client): Promise<void> {
  const address = requireEmail(email)
  await requireChallenge(deps, 'forgot-password', client)
  await askForMail(deps, 'password_reset', address, client)
}
