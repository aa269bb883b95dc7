// The link in the verification mail, for programs: whoever has its token makes its registration an account, in one step, as
// document 004 has it. People meet a page instead (confirm-registration.ts).
import { describeAct } from '../audit/audit.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { openMailedLink } from '../links/mailed-link.ts'
import { applyChange } from '../mail/apply-change.ts'

/** Done once, and told the same when asked again within the token's life. @throws AuthError `invalid_link` @throws Unavailable */
export async function verifyEmail(deps: Deps, token: string | undefined, client: Client): Promise<void> {
  const event = describeAct(deps, client, { what: 'email_verified', userId: null })
  const nonce = deps.random.hex(16)
  await openMailedLink(token, (hash) =>
    applyChange(
      deps,
      { event, hasMail: false },
      async () =>
        (await deps.registrations.confirm(hash, nonce, event, deps.clock(), null)) ??
        (await deps.accountLinks.prove(hash, nonce, null, event, deps.clock())),
    ),
  )
}
