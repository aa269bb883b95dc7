// Requests for mail that say nothing of the address they are about: stored before the reply, one row whatever the address is, and
// answered after it; by the cron, where that fails.
import type { MailRequest } from '../../stores/mail/mail-requests.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { deliverMail } from '../mail/deliver-mail.ts'
import { sendReset } from './send-reset.ts'
import { sendVerification } from './send-verification.ts'

/** For the worker that stored it; then the cron may. */
const LEASE_SECONDS = 120
const BATCH = 50
/** Work that has begun by then makes the reply itself late, by as much as there is to do for an account. */
const REPLY_FIRST_MILLISECONDS = 20
/** A link that comes a day late helps nobody. */
const KEEP_SECONDS = 86_400

/** @throws Unavailable */
export async function askForMail(
  deps: Deps,
  purpose: 'password_reset' | 'registration',
  email: string,
  client: Client,
): Promise<void> {
  const now = deps.clock()
  const request: MailRequest = {
    id: deps.random.uuid(),
    purpose,
    email,
    ip: client.address,
    userAgent: client.userAgent,
    face: client.face,
    caller: client.caller ?? null,
    createdAt: now,
    nextAttemptAt: now + LEASE_SECONDS,
  }
  await deps.mailRequests.add(request)
  deps.defer(
    deps
      .sleep(REPLY_FIRST_MILLISECONDS)
      .then(() => answer(deps, request))
      .then(() => deliverMail(deps)),
  )
}

/** What nobody answered in time. @throws Unavailable */
export async function answerMailRequests(deps: Deps): Promise<void> {
  const now = deps.clock()
  await deps.mailRequests.purge(now - KEEP_SECONDS, BATCH)
  for (const request of await deps.mailRequests.lease(now, LEASE_SECONDS, BATCH)) await answer(deps, request)
}

function answer(deps: Deps, request: MailRequest): Promise<void> {
  switch (request.purpose) {
    case 'password_reset':
      return sendReset(deps, request)
    case 'registration':
      return sendVerification(deps, request)
    default:
      // Of a version before this one: nothing is left to do.
      return deps.mailRequests.finish(request.id)
  }
}
