// Sends what waits in the outbox: after the reply that queued it, and again from the cron trigger until it is through.
import { reasonOf } from '../platform/log.ts'
import type { OutboxRow } from '../stores/outbox.ts'
import type { Deps } from './deps.ts'
import { openMail } from './queued-mail.ts'

/** Longer than a transport may take, so that nobody else sends the same mail meanwhile. */
const LEASE_SECONDS = 120
const BATCH = 10
const FIRST_RETRY_SECONDS = 60
/** With the doubling of waits: 17 hours of trying. */
const MAX_ATTEMPTS = 11

/** One batch. @returns whether there may be more */
export async function deliverMail(deps: Deps): Promise<boolean> {
  const rows = await deps.outbox.lease(deps.clock(), LEASE_SECONDS, BATCH)
  const results = await Promise.allSettled(rows.map((row) => deliver(deps, row)))
  // Each mail on its own: one whose row could not be marked must not cut the others short.
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return rows.length === BATCH
}

async function deliver(deps: Deps, row: OutboxRow): Promise<void> {
  const mail = await openMail(deps, row)
  if (!mail) {
    deps.log('error', 'mail dropped', { id: row.id, reason: 'sealed with a secret that is gone' })
    return deps.outbox.markFailed(row.id, deps.clock(), true)
  }
  try {
    await deps.mail.send(mail)
  } catch (error) {
    const givesUp = row.attempts >= MAX_ATTEMPTS
    const wait = FIRST_RETRY_SECONDS * 2 ** (row.attempts - 1)
    deps.log(givesUp ? 'error' : 'warn', givesUp ? 'mail dropped' : 'mail not sent', {
      id: row.id,
      attempts: row.attempts,
      reason: reasonOf(error),
    })
    return deps.outbox.markFailed(row.id, deps.clock() + wait, givesUp)
  }
  await deps.outbox.markSent(row.id, deps.clock(), deps.mail.keepsMail)
}
