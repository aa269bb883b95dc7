// What a session is and every decision about one: is it live, may this refresh token go on, which session makes room.
// Pure: no storage, no clock. `now` is always an argument, in epoch seconds.
import { addressBucket, UNKNOWN_ADDRESS } from '../../platform/identifiers/client-address.ts'

/** How a session was opened (RFC 8176 §2). */
export type Method = 'pwd' | 'pin'

/** A session as the sign-in makes it. Times are epoch seconds. */
export interface NewSession {
  /** 64 hex digits: the user's UUID, then 32 random ones. */
  readonly id: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly absoluteExpiresAt: number
  /** The user's `session_epoch` read together with the password hash. */
  readonly epoch: number
  readonly authTime: number
  readonly ip: string
  readonly userAgent: string
  /** Authentication methods, RFC 8176. */
  readonly amr: readonly string[]
  /** How the session came to be, for people: "Login", … */
  readonly description: string
  /** Names the credential that opened it, where the session is to end with it; empty for a password, which ends by the epoch. */
  readonly credential: string
}

/** What the user's row says of which sessions are alive. */
export interface Standing {
  readonly epoch: number
  /** The session that the last change of the epoch kept: alive whatever number it carries. */
  readonly keptSessionId: string | null
  /** Names the PIN there is (`NewSession.credential`); `null` where there is none. */
  readonly pin: string | null
}

/** Where a request comes from, as far as a device can be told by it. */
export type Device = Pick<NewSession, 'ip' | 'userAgent'>

/** Of a session just made: whether its user has had others, and none of them from this device. */
export interface CreatedSession extends SessionRecord {
  readonly isFromNewDevice: boolean
}

export interface SessionRecord extends NewSession {
  /** The counter that the newest refresh token carries, and since when. */
  readonly counter: number
  readonly rotatedAt: number
  readonly lastUsedAt: number
  readonly revokedAt: number | null
}

/** A session with what only the ledger needs to know. */
export interface LedgerEntry extends SessionRecord {
  /** Where the last refresh came from; `null` where that was not noted. */
  readonly rotatedBy: Device | null
}

/** What a refresh token and the moment say about a session. */
export interface RotationClaim {
  readonly counter: number
  readonly standing: Standing
  readonly device: Device
  readonly now: number
  readonly graceSeconds: number
  /** Whether tokens that were replaced go on counting. */
  readonly keepsReplaced?: boolean
}

export type RotationVerdict = 'advance' | 'repeat' | 'reuse' | 'end'

/**
 * The one definition of a live session: not revoked, before both of its ends, of the user's present epoch or kept by it, and opened
 * by a credential that is there still.
 */
export function isLive(session: SessionRecord, standing: Standing, now: number): boolean {
  const isOfEpoch = session.epoch === standing.epoch || session.id === standing.keptSessionId
  return isOpen(session, now) && isOfEpoch && (!isOpenedBy(session, 'pin') || session.credential === standing.pin)
}

export function isOpenedBy({ amr }: Pick<NewSession, 'amr'>, method: Method): boolean {
  return amr.includes(method)
}

/** Live as far as the ledger alone can tell; whether the epoch is still the user's, D1 knows. */
export function isOpen(session: SessionRecord, now: number): boolean {
  return session.revokedAt === null && now < session.expiresAt && now < session.absoluteExpiresAt
}

/** Judges a refresh token (RFC 9700 section 4.14.2: rotation, and reuse ends the whole line). */
export function judgeRotation(session: LedgerEntry, claim: RotationClaim): RotationVerdict {
  if (!isLive(session, claim.standing, claim.now)) return 'end'
  // A counter never issued is no reuse: it must not give anybody the power to end a session.
  if (!Number.isSafeInteger(claim.counter) || claim.counter < 0 || claim.counter > session.counter) return 'end'
  if (claim.counter === session.counter || claim.keepsReplaced) return 'advance'
  // A clock that stepped back makes the age negative: that is within the grace, so no session dies of it.
  const withinGrace = claim.now - session.rotatedAt <= claim.graceSeconds
  // The successor was never refreshed with, so its answer may have been lost: to the device that asked, it is given again however late.
  // Requests whose address is not known have nothing in common.
  const isRetry = claim.device.ip !== UNKNOWN_ADDRESS && session.rotatedBy !== null && isSameDevice(claim.device, session.rotatedBy)
  return claim.counter === session.counter - 1 && (withinGrace || isRetry) ? 'repeat' : 'reuse'
}

/** The session after its refresh token was exchanged. */
export function advance(session: LedgerEntry, { now, device }: RotationClaim, ttlSeconds: number): LedgerEntry {
  const expiresAt = Math.min(now + ttlSeconds, session.absoluteExpiresAt)
  return { ...session, counter: session.counter + 1, rotatedAt: now, rotatedBy: device, lastUsedAt: now, expiresAt }
}

/** The session with its life prolonged: never past its absolute end, and never shortened. */
export function prolong(session: LedgerEntry, now: number, ttlSeconds: number): LedgerEntry {
  const wanted = Math.min(now + ttlSeconds, session.absoluteExpiresAt)
  return { ...session, lastUsedAt: now, expiresAt: Math.max(session.expiresAt, wanted) }
}

/** One that is used at all is noted so an hour after it was made, and from then on once a day. */
const IN_USE_SECONDS = 2 * 86_400

/**
 * Which live sessions end so that `maximum` remain: the least recently used, never the one just made. Sign-ins that nothing came of go
 * before what is in use, so that any number of them pushes no token out that somebody works with.
 */
export function chooseEvicted(sessions: readonly LedgerEntry[], keptId: string, now: number, maximum: number): LedgerEntry[] {
  const others = sessions.filter((session) => session.id !== keptId && isOpen(session, now))
  const surplus = others.length + 1 - maximum
  if (surplus <= 0) return []
  const isInUse = ({ createdAt, lastUsedAt }: LedgerEntry) => lastUsedAt > createdAt && lastUsedAt > now - IN_USE_SECONDS
  return others
    .sort((a, b) => Number(isInUse(a)) - Number(isInUse(b)) || a.lastUsedAt - b.lastUsedAt || a.createdAt - b.createdAt)
    .slice(0, surplus)
}

/**
 * Whether two sessions look like one device: the same program whatever its version, in the same network (IPv4 by /24,
 * IPv6 by /64). A guess that spares its user a mail or a sign-in, never a proof of anything.
 */
export function isSameDevice(a: Device, b: Device): boolean {
  return programOf(a.userAgent) === programOf(b.userAgent) && networkOf(a.ip) === networkOf(b.ip)
}

function programOf(userAgent: string): string {
  return userAgent.replace(/[\d._]+/g, '')
}

function networkOf(address: string): string {
  return addressBucket(address).replace(/\.\d+$/, '')
}

/** Copies in KV are told twice, two minutes apart, that a session is revoked; and sign-ins under way end meanwhile. */
const ERASURE_SECONDS = 300

/** What is left of a session whose user is deleted: dead, and without a word about anybody. */
export function blank(session: LedgerEntry, now: number): LedgerEntry {
  const gone = { ip: '', userAgent: '', description: '', rotatedBy: null, revokedAt: session.revokedAt ?? now }
  const forgetAt = now + ERASURE_SECONDS
  return { ...session, ...gone, expiresAt: Math.min(session.expiresAt, forgetAt), absoluteExpiresAt: forgetAt }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const HEX_32 = /^[0-9a-f]{32}$/
const SESSION_ID = /^[0-9a-f]{64}$/
const UUID_PARTS = /^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/

/** The id of a new session: it begins with its user, so its ledger is found without a look-up. */
export function newSessionId(userId: string, randomHex32: string): string {
  if (!HEX_32.test(randomHex32)) throw new TypeError('Cannot make a session id: the random part is not 32 hex digits')
  return ledgerNameOf(userId) + randomHex32
}

/** The user that a session id belongs to, as a UUID with dashes; `null` when it is no session id. */
export function userIdOfSession(id: string): string | null {
  return SESSION_ID.test(id) ? id.replace(UUID_PARTS, '$1-$2-$3-$4-$5') : null
}

/** The name of the object that keeps a user's sessions: the UUID without its dashes. */
export function ledgerNameOf(userId: string): string {
  if (!UUID.test(userId)) throw new TypeError('Cannot name a ledger: the user id is not a lower-case UUID')
  return userId.replaceAll('-', '')
}
