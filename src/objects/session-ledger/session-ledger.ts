// SessionLedger: the one writer, and the truth, about one user's sessions. A Durable Object; every decision is made by the
// rules within one turn, so parallel calls cannot interleave. Every method here is callable by RPC: no helpers on the class.

import { DurableObject } from 'cloudflare:workers'
import { addressBucket } from '../../platform/identifiers/client-address.ts'
import type { Clock } from '../../platform/runtime/clock.ts'
import { consoleLog, type Log } from '../../platform/runtime/log.ts'
import { DEFAULT_LIMIT_POLICY } from '../login-limiter/limit-rules.ts'
import { SessionCopyQueue } from './session-copy-queue.ts'
import {
  advance,
  blank,
  type CreatedSession,
  chooseEvicted,
  isLive,
  isOpen,
  isOpenedBy,
  isSameDevice,
  judgeRotation,
  type LedgerEntry,
  type Method,
  type NewSession,
  prolong,
  type RotationClaim,
  type SessionRecord,
  type Standing,
} from './session-rules.ts'
import { SessionTable } from './session-table.ts'

const MAXIMUM_LIVE_SESSIONS = 100

/** Followed by an address: when the account was proved from there without a session. Goes with the object. */
const PROOF = 'proof:'
/** A mailbox is proved seldom; the oldest merely lose their exemption. */
const PROOFS_KEPT = 20
const PROOF_SECONDS = DEFAULT_LIMIT_POLICY.exemptForSeconds

/** Set once the user is deleted; goes with the object. */
const ERASED = 'erased'

export interface SessionLedgerDependencies {
  /** Where the copies go. */
  readonly copies: Pick<KVNamespace, 'put'>
  /** For copies, alarms and purging only: what a session may do is judged by the `now` of the call. */
  readonly clock: Clock
  readonly log?: Log
}

export interface RotationRequest extends RotationClaim {
  readonly id: string
  readonly ttlSeconds: number
}

export type Rotation =
  | { readonly outcome: 'advanced' | 'repeated'; readonly session: SessionRecord }
  | { readonly outcome: 'reused' }
  | { readonly outcome: 'ended' }

export interface ExtensionRequest {
  readonly id: string
  readonly standing: Standing
  readonly now: number
  readonly ttlSeconds: number
}

export class SessionLedgerObject extends DurableObject<unknown> {
  readonly #table: SessionTable
  readonly #queue: SessionCopyQueue
  readonly #clock: Clock

  constructor(ctx: DurableObjectState, env: unknown, { copies, clock, log = consoleLog }: SessionLedgerDependencies) {
    super(ctx, env)
    this.#table = new SessionTable(ctx.storage.sql)
    this.#queue = new SessionCopyQueue(ctx.storage.sql, copies, clock, log)
    this.#clock = clock
  }

  /** Stores a session, once however often it is asked to; the least recently used ones beyond `maximum` are revoked. */
  create(session: NewSession, now: number, maximum: number = MAXIMUM_LIVE_SESSIONS): CreatedSession {
    this.#table.prepare()
    return this.ctx.storage.transactionSync(() => {
      const known = this.#table.find(session.id)
      const others = this.#table.list().filter(({ id }) => id !== session.id)
      const isFromNewDevice = others.length > 0 && !others.some((other) => isSameDevice(other, session))
      if (known) return { ...renderRecord(known), isFromNewDevice }
      const entry = this.#table.insert(session)
      if (this.#isErased()) return { ...renderRecord(this.#erase(entry, now)), isFromNewDevice: false }
      this.#queue.owe(entry)
      for (const evicted of chooseEvicted([entry, ...others], entry.id, now, maximum)) this.#revoke(evicted, now)
      this.#schedule()
      return { ...renderRecord(entry), isFromNewDevice }
    })
  }

  /** Finds a session in whatever state it is; the caller judges it with `isLive`. */
  find(id: string): SessionRecord | null {
    const entry = this.#table.find(id)
    return entry && renderRecord(entry)
  }

  /** Exchanges a refresh token's counter. A reuse revokes the session, and that stays although the answer is a refusal. */
  rotate(request: RotationRequest): Rotation {
    return this.ctx.storage.transactionSync((): Rotation => {
      const entry = this.#table.find(request.id)
      const verdict = entry && judgeRotation(entry, request)
      if (!entry || verdict === 'end') return { outcome: 'ended' }
      if (verdict === 'repeat') return { outcome: 'repeated', session: renderRecord(entry) }
      if (verdict === 'reuse') {
        this.#revoke(entry, request.now)
        this.#schedule()
        return { outcome: 'reused' }
      }
      const advanced = advance(entry, request, request.ttlSeconds)
      this.#table.save(advanced)
      return { outcome: 'advanced', session: renderRecord(advanced) }
    })
  }

  /** Prolongs a live session; `null` when it is not live. */
  extend({ id, standing, now, ttlSeconds }: ExtensionRequest): SessionRecord | null {
    const entry = this.#table.find(id)
    if (!entry || !isLive(entry, standing, now)) return null
    const prolonged = prolong(entry, now, ttlSeconds)
    this.#table.save(prolonged)
    return renderRecord(prolonged)
  }

  /** Notes that a session is used, where nothing else does. Of one that is over nothing is noted. */
  noteUse(id: string, now: number): void {
    const entry = this.#table.find(id)
    if (entry && isOpen(entry, now) && entry.lastUsedAt < now) this.#table.save({ ...entry, lastUsedAt: now })
  }

  /** Ends a session for good. Answers whether it was live before, as far as the ledger alone can tell. */
  revoke(id: string, now: number): boolean {
    return this.ctx.storage.transactionSync(() => {
      const entry = this.#table.find(id)
      if (entry?.revokedAt !== null) return false
      this.#revoke(entry, now)
      this.#schedule()
      return isOpen(entry, now)
    })
  }

  /**
   * Follows a new epoch: every session of an earlier one ends, and one begun since lives on, however late this arrives. The kept
   * session carries the new number from now on; its number only goes forward, so that of two changes the later one counts.
   * Answers how many were live before.
   */
  revokeAll(now: number, beforeEpoch: number, keptId: string | null = null): number {
    return this.ctx.storage.transactionSync(() => {
      // Those past their expiry are marked too: a clock that steps back must not bring them to life.
      const earlier = this.#table.list().filter((entry) => entry.revokedAt === null && entry.epoch < beforeEpoch)
      const ended = earlier.filter(({ id }) => id !== keptId)
      for (const entry of ended) this.#revoke(entry, now)
      for (const entry of earlier.filter(({ id }) => id === keptId)) this.#change({ ...entry, epoch: beforeEpoch })
      if (earlier.length > 0) this.#schedule()
      return ended.filter((entry) => isOpen(entry, now)).length
    })
  }

  /**
   * Whether the user has proved the account from this address, by password or mailbox, after `since`.
   * @param bucket as limits count addresses
   */
  knows(bucket: string, since: number): boolean {
    if ((this.ctx.storage.kv.get<number>(proofKey(bucket)) ?? Number.NEGATIVE_INFINITY) > since) return true
    return this.#table
      .list()
      .some((entry) => entry.createdAt > since && isOpenedBy(entry, 'pwd') && addressBucket(entry.ip) === bucket)
  }

  /** Notes a proof that begins no session. Of a user who has no ledger yet there is nothing to note it in: it is made. */
  noteProof(bucket: string, now: number): void {
    this.#table.prepare()
    if (this.#isErased()) return
    const proofs = this.#listProofs()
    for (const [key] of proofs.slice(0, Math.max(0, proofs.length + 1 - PROOFS_KEPT))) this.ctx.storage.kv.delete(key)
    this.ctx.storage.kv.put(proofKey(bucket), now)
    void this.#setAlarm()
  }

  /** Ends every session that was signed in to by this method (RFC 8176): its credential is gone. */
  revokeMethod(method: Method, now: number): void {
    this.ctx.storage.transactionSync(() => {
      const begun = this.#table.list().filter((entry) => entry.revokedAt === null && isOpenedBy(entry, method))
      for (const entry of begun) this.#revoke(entry, now)
      if (begun.length > 0) this.#schedule()
    })
  }

  /** Every session that is still remembered, newest first; revoked ones are, until they would have expired. */
  list(): SessionRecord[] {
    return this.#table.list().map(renderRecord)
  }

  /** The user has proved who they are once more, at `now`. `null` when the session is not live. */
  reauthenticate(id: string, standing: Standing, now: number): SessionRecord | null {
    return this.ctx.storage.transactionSync(() => {
      const entry = this.#table.find(id)
      if (!entry || !isLive(entry, standing, now)) return null
      // Forward only, so that of two at once the later one counts.
      const proven = { ...entry, authTime: Math.max(entry.authTime, now) }
      this.#change(proven)
      this.#schedule()
      return renderRecord(proven)
    })
  }

  /**
   * The user is deleted: every session ends, and says nothing of anybody from now on. What is left (ids, that they are
   * revoked) goes once KV has it, and with it the object. A sign-in that comes too late is born dead.
   */
  erase(now: number): void {
    if (!this.#table.exists() || this.#isErased()) return
    this.ctx.storage.transactionSync(() => {
      for (const [key] of this.#listProofs()) this.ctx.storage.kv.delete(key)
      this.ctx.storage.kv.put(ERASED, true)
      for (const entry of this.#table.list()) this.#erase(entry, now)
    })
  }

  /** For readiness: the object answers, and stores nothing. */
  ping(): 'ok' {
    return 'ok'
  }

  /** Pays what is owed to KV, forgets sessions past their end, and the whole ledger with the last of them. */
  override async alarm(): Promise<void> {
    if (!this.#table.exists()) return
    await this.#queue.flush()
    const hasProofs = this.#purgeProofs(this.#clock())
    if (this.#table.purge(this.#clock()) || hasProofs) return this.#setAlarm()
    this.#table.forget()
    await this.ctx.storage.deleteAll()
  }

  #listProofs(): [key: string, at: number][] {
    return [...this.ctx.storage.kv.list<number>({ prefix: PROOF })].sort(([, a], [, b]) => a - b)
  }

  /** @returns whether any is left */
  #purgeProofs(now: number): boolean {
    const proofs = this.#listProofs()
    const old = proofs.filter(([, at]) => at + PROOF_SECONDS <= now)
    for (const [key] of old) this.ctx.storage.kv.delete(key)
    return proofs.length > old.length
  }

  #isErased(): boolean {
    return this.ctx.storage.kv.get(ERASED) !== undefined
  }

  #erase(entry: LedgerEntry, now: number): LedgerEntry {
    const blanked = blank(entry, now)
    this.#change(blanked)
    this.#schedule()
    return blanked
  }

  #revoke(entry: LedgerEntry, now: number): void {
    this.#change({ ...entry, revokedAt: now })
  }

  /** Something that the copy in KV says, too. */
  #change(entry: LedgerEntry): void {
    this.#table.save(entry)
    this.#queue.owe(entry)
  }

  /** Part of the transaction that owes a copy: the alarm is the promise that it is paid even if this object dies now. */
  #schedule(): void {
    void this.#setAlarm()
    this.ctx.waitUntil(this.#queue.flush())
  }

  /** The alarm is always the earliest of all that is due, so that setting it again cannot push anything away. */
  async #setAlarm(): Promise<void> {
    const [oldest] = this.#listProofs()
    const dueAt = Math.min(
      this.#table.nextDueAt() ?? Number.POSITIVE_INFINITY,
      oldest ? oldest[1] + PROOF_SECONDS : Number.POSITIVE_INFINITY,
    )
    if (dueAt === Number.POSITIVE_INFINITY) return
    // Alarms run by the platform's time, whatever this object's clock says: only the distance is carried over.
    const waitSeconds = Math.max(dueAt - this.#clock(), 1)
    await this.ctx.storage.setAlarm(Date.now() + waitSeconds * 1000)
  }
}

function proofKey(bucket: string): string {
  return PROOF + bucket
}

function renderRecord({ rotatedBy: _, ...record }: LedgerEntry): SessionRecord {
  return record
}
