// Mail to the addresses that may take an account back, each with a link of its own to do so.
import type { Warning } from '../stores/recovery-points.ts'
import type { User } from '../stores/users.ts'
import { sealAccountMail } from './account-mail.ts'
import type { Client, Deps } from './deps.ts'
import { type MailMessage, mailedLink } from './mails.ts'
import { createOneTimeToken } from './one-time-token.ts'

/**
 * @param emails those that are warned; `null` and repetitions are left out
 * @param tell the words, around the link
 */
export async function prepareWarnings(
  deps: Deps,
  client: Client,
  { emails, locale }: { readonly emails: readonly (string | null)[]; readonly locale: User['locale'] },
  ttlSeconds: number,
  tell: (link: string) => MailMessage,
): Promise<readonly Warning[]> {
  const recipients = [...new Set(emails)].filter((email) => email !== null)
  return Promise.all(
    recipients.map(async (email) => {
      const { token, hash: tokenHash } = await createOneTimeToken(deps.random)
      const message = tell(mailedLink(deps.settings.publicUrl, 'undo-email-change', token))
      const mail = await sealAccountMail(deps, { email, locale }, client, message)
      return { email, tokenHash, expiresAt: deps.clock() + ttlSeconds, mail }
    }),
  )
}
