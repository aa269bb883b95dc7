// Asks for another verification mail. The reply costs the same for every address: what the address has is looked up after it.

import type { Client, Deps } from '../kernel/deps.ts'
import { requireEmail } from '../mail/email-rules.ts'
import { askForMail } from '../mailed-links/ask-for-mail.ts'

/** @throws AuthError `invalid_request` @throws Unavailable */
export async function resendVerification(deps: Deps, email: string | undefined, client: Client): Promise<void> {
  await askForMail(deps, 'registration', requireEmail(email), client)
}
