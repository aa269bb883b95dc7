// What the cron trigger does: bounded work each time, each part on its own, so that one failure stops no other.
import { reasonOf } from '../../platform/runtime/log.ts'
import { eraseAccount } from '../accounts/erase-account.ts'
import { describeAct, logEvent } from '../audit/audit.ts'
import type { Deps } from '../kernel/deps.ts'
import { deliverMail } from '../mail/deliver-mail.ts'
import { answerMailRequests } from '../mailed-links/ask-for-mail.ts'

const ROWS_PER_RUN = 500
/** More than any other rows: what goes on in a day may be much. */
const EVENTS_PER_RUN = 2000
const MAIL_BATCHES_PER_RUN = 20
const ERASURES_PER_RUN = 50
/** Longer than the longest cap on mail counts. */
const KEEP_MAIL_ROWS_SECONDS = 2 * 86_400
/** No import takes so long. */
const KEEP_IMPORT_SECONDS = 86_400
/** So that an operator finds them after a long weekend. */
const KEEP_DEAD_LETTERS_SECONDS = 7 * 86_400

export async function keepHouse(deps: Deps): Promise<void> {
  const now = deps.clock()
  const tasks: readonly [string, () => Promise<void>][] = [
    ['expire mail', () => expireMail(deps)],
    ['answer mail requests', () => answerMailRequests(deps)],
    ['deliver mail', () => drainOutbox(deps)],
    ['rotate signing keys', () => deps.signingKeys.rotate()],
    ['seal stable keys', () => deps.stableKeys.reseal()],
    ['carry out deletions', () => carryOutDeletions(deps)],
    ['erase deleted accounts', () => finishErasures(deps)],
    ['purge recovery points', () => deps.recoveryPoints.purge(now, ROWS_PER_RUN)],
    ['purge imports', () => deps.imports.purge(now - KEEP_IMPORT_SECONDS, EVENTS_PER_RUN)],
    ['purge registrations', () => deps.registrations.purge(now, ROWS_PER_RUN)],
    ['purge audit', () => deps.auditEvents.purge(now - deps.settings.auditRetentionDays * 86_400, EVENTS_PER_RUN)],
    ['purge outbox', () => deps.outbox.purge(now - KEEP_MAIL_ROWS_SECONDS, now - KEEP_DEAD_LETTERS_SECONDS, ROWS_PER_RUN)],
  ]
  for (const [task, run] of tasks) {
    await run().catch((error: unknown) => {
      deps.log('error', 'housekeeping failed', { task, reason: reasonOf(error) })
    })
  }
}

/** What is left to erase in objects, the next task does. */
async function carryOutDeletions(deps: Deps): Promise<void> {
  for (const userId of await deps.deletions.listDue(deps.clock(), ERASURES_PER_RUN)) {
    const event = describeAct(deps, null, { what: 'account_deleted', userId })
    if (await deps.deletions.carryOut(userId, event)) logEvent(deps, event)
  }
}

async function finishErasures(deps: Deps): Promise<void> {
  for (const erasure of await deps.erasures.list(ERASURES_PER_RUN)) await eraseAccount(deps, erasure)
}

async function expireMail(deps: Deps): Promise<void> {
  const event = describeAct(deps, null, { what: 'mail_dead_lettered', outcome: 'failure', reason: 'expired', userId: null })
  for (const id of await deps.outbox.expire(event, ROWS_PER_RUN)) {
    logEvent(deps, { ...event, id })
    deps.log('error', 'mail dropped', { id, reason: 'its link has expired' })
  }
}

async function drainOutbox(deps: Deps): Promise<void> {
  for (let batch = 0; batch < MAIL_BATCHES_PER_RUN; batch += 1) {
    if (!(await deliverMail(deps))) return
  }
}
