// The copy of a session in KV, under `session:<id>`: its key, its format, reading and writing one. It holds immutable
// facts and "revoked" only, so that a refresh writes nothing. Only the ledger writes; nothing re-fills KV after a miss.

import { withDeadline } from '../../platform/runtime/deadline.ts'
import { type SessionRecord, userIdOfSession } from './session-rules.ts'

/** What an edge knows of a session without asking its ledger. KV may be 60 seconds or more behind. */
export interface SessionCopy {
  readonly createdAt: number
  readonly absoluteExpiresAt: number
  readonly epoch: number
  readonly authTime: number
  readonly amr: readonly string[]
  readonly revoked: boolean
}

/** The copies as the core sees them. */
export interface SessionCopies {
  /**
   * Finds the copy of a session; `null` when there is none, or none that can be understood: ask the ledger then.
   * @throws Unavailable when KV cannot answer in time; to the caller that is a miss too
   */
  read(id: string): Promise<SessionCopy | null>
}

export interface SessionCopiesOptions {
  readonly deadlineMilliseconds: number
}

const FORMAT_VERSION = 1
// KV refuses an expiration less than 60 s ahead by its own clock; twice that leaves room for two clocks that differ.
const MINIMUM_LIFE_SECONDS = 120

export function sessionCopyKey(id: string): string {
  return `session:${id}`
}

/**
 * Finds the copy of a session; `null` when there is none, or none that can be understood.
 * @throws what KV throws: to the caller an outage is a miss too, so it asks the ledger
 */
export async function readSessionCopy(kv: Pick<KVNamespace, 'get'>, id: string): Promise<SessionCopy | null> {
  if (userIdOfSession(id) === null) return null
  const text = await kv.get(sessionCopyKey(id), 'text')
  return text === null ? null : parseSessionCopy(text)
}

export function createSessionCopies(kv: Pick<KVNamespace, 'get'>, { deadlineMilliseconds }: SessionCopiesOptions): SessionCopies {
  return { read: (id) => withDeadline('session copies', deadlineMilliseconds, () => readSessionCopy(kv, id)) }
}

/** Writes the copy of a session, to be kept until its absolute end. */
export async function writeSessionCopy(kv: Pick<KVNamespace, 'put'>, session: SessionRecord, now: number): Promise<void> {
  const expiration = Math.max(session.absoluteExpiresAt, now) + MINIMUM_LIFE_SECONDS
  await kv.put(sessionCopyKey(session.id), renderSessionCopy(session), { expiration })
}

export function renderSessionCopy(session: SessionRecord): string {
  const { createdAt, absoluteExpiresAt, epoch, authTime, amr } = session
  const revoked = session.revokedAt !== null
  return JSON.stringify({ v: FORMAT_VERSION, createdAt, absoluteExpiresAt, epoch, authTime, amr, revoked })
}

/** Reads a copy defensively: whatever is not exactly this format is `null`, which counts as a miss. */
export function parseSessionCopy(text: string): SessionCopy | null {
  const value = parseObject(text)
  if (value?.v !== FORMAT_VERSION) return null
  const { createdAt, absoluteExpiresAt, epoch, authTime, amr, revoked } = value
  if (!isWholeNumber(createdAt) || !isWholeNumber(absoluteExpiresAt)) return null
  if (!isWholeNumber(epoch) || !isWholeNumber(authTime)) return null
  if (!isTextList(amr) || typeof revoked !== 'boolean') return null
  return { createdAt, absoluteExpiresAt, epoch, authTime, amr, revoked }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}

function isWholeNumber(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
