// What happened, for the record: every security-relevant act is one event in D1 and one line in the log. An event that a
// change in D1 goes with is written in the batch of that change; any other after the reply, which it neither delays nor fails.
import { reasonOf } from '../../platform/runtime/log.ts'
import type { AuditAct, AuditActor, AuditEvent, AuditOutcome } from '../../stores/audit/audit-event.ts'
import type { Client, Deps } from '../kernel/deps.ts'

export interface Act {
  readonly what: AuditAct
  /** `success` when left out. */
  readonly outcome?: AuditOutcome
  /** Words of ours: never what somebody has typed. */
  readonly reason?: string
  /** `null` when it is nobody's account, or only the batch can tell whose. */
  readonly userId: string | null
  readonly sessionId?: string
  /** The account's own user when left out. A worker that signs people in counts as the one who acts. */
  readonly actor?: AuditActor
}

/** Who acts on an account from within a session. */
export function actorFor({ userId }: { readonly userId: string }, ownerId: string): AuditActor {
  return userId === ownerId ? 'user' : `admin:${userId}`
}

/** @param client `null` for what the service does by itself */
export function describeAct({ clock, random }: Pick<Deps, 'clock' | 'random'>, client: Client | null, act: Act): AuditEvent {
  const caller = client?.caller
  return {
    id: random.uuid(),
    at: clock(),
    what: act.what,
    outcome: act.outcome ?? 'success',
    reason: act.reason ?? null,
    userId: act.userId,
    sessionId: act.sessionId ?? null,
    actor: client === null ? 'system' : caller === undefined ? (act.actor ?? 'user') : `worker:${caller}`,
    ip: client?.address ?? null,
    userAgent: client?.userAgent ?? null,
    face: client?.face ?? 'system',
  }
}

/** For an event that is in D1 by now. @param userId where only the batch knew whose account it is */
export function logEvent({ log }: Pick<Deps, 'log'>, event: AuditEvent, userId: string | null = event.userId): void {
  log('info', 'audit', {
    id: event.id,
    at: event.at,
    what: event.what,
    outcome: event.outcome,
    reason: event.reason,
    user_id: userId,
    // As much as tells it from others.
    session: event.sessionId?.slice(-8),
    actor: event.actor,
    ip: event.ip,
    face: event.face,
  })
}

/**
 * For an act that changes nothing in D1. One about no account is a log line only, or strangers could fill the record; it is
 * the same work all the same.
 */
export function recordAct(deps: Pick<Deps, 'clock' | 'random' | 'log' | 'defer' | 'auditEvents'>, client: Client, act: Act): void {
  record(deps, describeAct(deps, client, act))
}

/** The same of an event that is described already. */
export function record(deps: Pick<Deps, 'log' | 'defer' | 'auditEvents'>, event: AuditEvent): void {
  logEvent(deps, event)
  deps.defer(store(deps, event))
}

async function store({ auditEvents, log }: Pick<Deps, 'auditEvents' | 'log'>, event: AuditEvent): Promise<void> {
  await auditEvents.add(event).catch((error: unknown) => {
    log('error', 'audit event not stored', { id: event.id, reason: reasonOf(error) })
  })
}
