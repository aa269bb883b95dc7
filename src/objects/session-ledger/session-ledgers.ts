// What the core holds of the session ledgers: finds the right object by user or session id and asks it, with a deadline.
// A session id that is none belongs to nobody: it is answered here, so that guessed ids reach no object.

import { withDeadline } from '../../platform/runtime/deadline.ts'
import type { ExtensionRequest, Rotation, RotationRequest, SessionLedgerObject } from './session-ledger.ts'
import {
  type CreatedSession,
  ledgerNameOf,
  type Method,
  type NewSession,
  type SessionRecord,
  type Standing,
  userIdOfSession,
} from './session-rules.ts'

/** Every method throws `Unavailable` when the ledger cannot answer in time. */
export interface SessionLedgers {
  /** Stores a session, once however often it is asked to. */
  create(session: NewSession, now: number): Promise<CreatedSession>
  /** Finds a session in whatever state it is; judge it with `isLive`. */
  find(id: string): Promise<SessionRecord | null>
  rotate(request: RotationRequest): Promise<Rotation>
  /** Prolongs a live session; `null` when it is not live. */
  extend(request: ExtensionRequest): Promise<SessionRecord | null>
  /** Notes that a session is used, where nothing else does. */
  noteUse(id: string, now: number): Promise<void>
  /** Ends a session; whether it was live before. */
  revoke(id: string, now: number): Promise<boolean>
  /** Ends all sessions of a user that are of an earlier epoch, but for the one that is kept; how many were live before. */
  revokeAll(userId: string, now: number, beforeEpoch: number, keptId?: string | null): Promise<number>
  /** Ends every session of a user that was signed in to by this method. */
  revokeMethod(userId: string, method: Method, now: number): Promise<void>
  /** Whether the user has proved the account from this address (a bucket of the limits) after `since`. */
  knows(userId: string, bucket: string, since: number): Promise<boolean>
  /** Notes that the user has proved the account from this address, where that begins no session. */
  noteProof(userId: string, bucket: string, now: number): Promise<void>
  /** All sessions still remembered, newest first. */
  list(userId: string): Promise<SessionRecord[]>
  /** Notes that the user has proved who they are once more; `null` when the session is not live. */
  reauthenticate(id: string, standing: Standing, now: number): Promise<SessionRecord | null>
  /** Ends every session of a deleted user, and forgets all that is personal. Does nothing the second time. */
  erase(userId: string, now: number): Promise<void>
  /** Whether ledgers answer at all. */
  ping(): Promise<'ok'>
}

export interface SessionLedgersOptions {
  readonly deadlineMilliseconds: number
}

// No user has this name, and an object that only answers pings stores nothing.
const READINESS_LEDGER = 'readiness'

export function createSessionLedgers(
  namespace: DurableObjectNamespace<SessionLedgerObject>,
  { deadlineMilliseconds }: SessionLedgersOptions,
): SessionLedgers {
  type Ledger = DurableObjectStub<SessionLedgerObject>
  // A stub whose object broke stays broken, so each call takes a new one.
  const ask = <T>(name: string, question: (ledger: Ledger) => Promise<T>): Promise<T> =>
    withDeadline('session ledger', deadlineMilliseconds, () => question(namespace.getByName(name)))
  const askAbout = <T>(id: string, unknown: T, question: (ledger: Ledger) => Promise<T>): Promise<T> => {
    const userId = userIdOfSession(id)
    return userId === null ? Promise.resolve(unknown) : ask(ledgerNameOf(userId), question)
  }

  return {
    async create(session, now) {
      const userId = userIdOfSession(session.id)
      if (userId === null) throw new TypeError('Cannot create the session: its id is not 64 hex digits')
      return ask(ledgerNameOf(userId), (ledger) => ledger.create(session, now))
    },
    find: (id) => askAbout(id, null, (ledger) => ledger.find(id)),
    rotate: (request) => askAbout<Rotation>(request.id, { outcome: 'ended' }, (ledger) => ledger.rotate(request)),
    extend: (request) => askAbout(request.id, null, (ledger) => ledger.extend(request)),
    noteUse: (id, now) => askAbout<void>(id, undefined, (ledger) => ledger.noteUse(id, now)),
    revoke: (id, now) => askAbout(id, false, (ledger) => ledger.revoke(id, now)),
    revokeAll: (userId, now, beforeEpoch, keptId) =>
      ask(ledgerNameOf(userId), (ledger) => ledger.revokeAll(now, beforeEpoch, keptId)),
    revokeMethod: (userId, method, now) => ask(ledgerNameOf(userId), (ledger) => ledger.revokeMethod(method, now)),
    knows: (userId, bucket, since) => ask(ledgerNameOf(userId), (ledger) => ledger.knows(bucket, since)),
    noteProof: (userId, bucket, now) => ask(ledgerNameOf(userId), (ledger) => ledger.noteProof(bucket, now)),
    list: (userId) => ask(ledgerNameOf(userId), (ledger) => ledger.list()),
    reauthenticate: (id, standing, now) => askAbout(id, null, (ledger) => ledger.reauthenticate(id, standing, now)),
    erase: (userId, now) => ask(ledgerNameOf(userId), (ledger) => ledger.erase(now)),
    ping: () => ask(READINESS_LEDGER, (ledger) => ledger.ping()),
  }
}
