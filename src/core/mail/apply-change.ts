// A change of an account, from the batch that makes it to the mails that tell of it. The batch decides: it holds the change, its event in the
// record and its mails, or nothing of them. What it has made the log tells of, and its mails leave behind the reply.
import type { AuditEvent } from '../../stores/audit/audit-event.ts'
import { logEvent } from '../audit/audit.ts'
import type { Deps } from '../kernel/deps.ts'
import { deliverMail } from './deliver-mail.ts'

/** What batches answer that made nothing: the account is another one by now, somebody else holds what was asked for, or it was so before. */
const UNMADE: readonly unknown[] = [null, false, 'gone', 'taken', 'none', 'spent']

function isUnmade(outcome: unknown): boolean {
  return UNMADE.includes(outcome) || (typeof outcome === 'object' && outcome !== null && 'taken' in outcome)
}

/** Of a change that alone can tell whose account it was. */
function userIdIn(outcome: unknown): string | null {
  const isNamed = typeof outcome === 'object' && outcome !== null && 'userId' in outcome
  return isNamed && typeof outcome.userId === 'string' ? outcome.userId : null
}

/** What goes into the batch beside the change, and is told once that is durable. */
interface Aftermath {
  /** `null` where nothing that is recorded changes. */
  readonly event: AuditEvent | null
  readonly hasMail: boolean
}

/**
 * @param commit one batch of a store
 * @returns what `commit` answers; it is for the caller to refuse what was not made
 * @throws Unavailable when nobody can tell whether it was made
 */
export async function applyChange<T>(deps: Deps, { event, hasMail }: Aftermath, commit: () => Promise<T>): Promise<T> {
  const outcome = await commit()
  if (isUnmade(outcome)) return outcome
  if (event) logEvent(deps, event, userIdIn(outcome) ?? event.userId)
  if (hasMail) deps.defer(deliverMail(deps))
  return outcome
}
