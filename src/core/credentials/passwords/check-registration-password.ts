// Proves by its password that a registration is one's own, where its link was opened in another browser.
import { addressBucket } from '../../../platform/identifiers/client-address.ts'
import type { Registration } from '../../../stores/accounts/registrations.ts'
import { describeAct, logEvent } from '../../audit/audit.ts'
import type { Client, Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { decoyPassword } from '../decoys.ts'
import { hashInTurn, requireHashRoom } from '../hash-room.ts'
import { withAttempt } from '../with-attempt.ts'

/**
 * Counted like a sign-in with the address, or a link that somebody has found would let them try out what its owner uses for a
 * password. There is no account yet that an attempt could keep anybody from.
 * @throws AuthError `invalid_credentials`, `rate_limited` @throws Unavailable
 */
export async function checkRegistrationPassword(
  deps: Deps,
  { id, email }: Pick<Registration, 'id' | 'email'>,
  password: string,
  client: Client,
): Promise<void> {
  requireHashRoom(deps)
  const who = { account: `email:${email}`, address: addressBucket(client.address) }
  const begun = await deps.limits.beginSignIn(who, deps.clock())
  await withAttempt(deps, begun, async (attempt) => {
    // Gone by now if another link of the address was confirmed.
    const stored = (await deps.credentials.findPasswordOfRegistration(id)) ?? decoyPassword(deps)
    const isRight = await hashInTurn(deps, (checkpoint) => deps.hasher.verify(password, stored, checkpoint))
    if (isRight) return [null, await attempt.succeed()]
    const reason = 'wrong password of a registration'
    // A line in the log and no row: there is no account that it could be about.
    logEvent(
      deps,
      describeAct(deps, client, { what: 'password_check', outcome: 'failure', reason, userId: null, actor: 'anonymous' }),
    )
    throw new AuthError('invalid_credentials', reason)
  })
}
