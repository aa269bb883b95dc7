// Sends what waits in the outbox: after the reply that queued it, with a later request once it is due again, and from the
// cron trigger until it is through or a dead letter.

import type { Random } from '../../platform/crypto/random.ts'
import { MailNotTaken } from '../../platform/mail/mail.ts'
import { reasonOf } from '../../platform/runtime/log.ts'
import type { OutboxRow } from '../../stores/mail/outbox.ts'
import { describeAct, logEvent } from '../audit/audit.ts'
import type { Deps } from '../kernel/deps.ts'
import { openMail } from './queued-mail.ts'

/** Longer than a transport may take, so that nobody else sends the same mail meanwhile. */
const LEASE_SECONDS = 120
const BATCH = 10
const FIRST_RETRY_SECONDS = 60
/** With the doubling of waits: 17 to 21 hours of trying. */
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

/** For the end of any request: costs nothing unless mail that failed in this isolate is due. */
export function retryDueMail(deps: Deps): void {
  if (deps.mailRetry.takeDue(deps.clock())) deps.defer(deliverMail(deps))
}

async function deliver(deps: Deps, row: OutboxRow): Promise<void> {
  const mail = await openMail(deps, row)
  if (!mail) {
    deps.log('error', 'mail dropped', { id: row.id, reason: 'sealed with a secret that is gone' })
    return bury(deps, row, 'secret_gone', false)
  }
  try {
    await deps.mail.send(mail, { id: row.id, queuedAt: row.createdAt })
  } catch (error) {
    return noteFailure(deps, row, error)
  }
  const note = () => deps.outbox.markSent(row.id, deps.clock(), deps.mail.keepsMail)
  // Once more, since a mail that is not noted as sent is sent again.
  await note().catch(note)
}

async function noteFailure(deps: Deps, row: OutboxRow, error: unknown): Promise<void> {
  const { code, isPermanent } = error instanceof MailNotTaken ? error : { code: 'internal_error', isPermanent: false }
  const isDead = isPermanent || row.attempts >= MAX_ATTEMPTS
  deps.log(isDead ? 'error' : 'warn', isDead ? 'mail dropped' : 'mail not sent', {
    id: row.id,
    attempts: row.attempts,
    reason: reasonOf(error),
  })
  if (isDead) return bury(deps, row, code, true)
  const nextAttemptAt = deps.clock() + waitAfter(row.attempts, deps.random)
  deps.mailRetry.note(nextAttemptAt)
  await deps.outbox.markFailed(row, nextAttemptAt, code)
}

async function bury(deps: Deps, row: OutboxRow, code: string, keepMail: boolean): Promise<void> {
  const event = describeAct(deps, null, { what: 'mail_dead_lettered', outcome: 'failure', reason: code, userId: null })
  if (await deps.outbox.markDead(row, event, code, keepMail)) logEvent(deps, event)
}

/** 1, 2, 4 … minutes and up to a quarter more, so that what failed together does not come back together. */
function waitAfter(attempts: number, random: Random): number {
  const wait = FIRST_RETRY_SECONDS * 2 ** (attempts - 1)
  const [chance = 0] = random.bytes(1)
  return wait + Math.floor((wait / 4) * (chance / 256))
}
