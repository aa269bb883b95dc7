// What may be tried how often: pure rules over plain tallies, the same for every object that counts attempts.
// Knows no storage, no clock and no names of people; a time here is an argument, in whole epoch seconds.

/** One thing that happened: an attempt, a hash, a registration or (with the address's name as id) a successful sign-in. */
export interface Mark {
  readonly id: string
  readonly at: number
}

/** Marks in the order of their times, and the moment from which they matter to no rule any more. */
export interface Tally {
  readonly marks: readonly Mark[]
  readonly until: number
}

/** At most `quota` marks in any `windowSeconds` in a row; a mark leaves exactly `windowSeconds` after its time. */
export interface WindowLimit {
  readonly quota: number
  readonly windowSeconds: number
}

/** After `freeAttempts` each attempt closes the door for 1, 1, 2, 3, 5, 8 … steps from its time, never beyond the cap. */
export interface BackoffLimit {
  readonly freeAttempts: number
  readonly stepSeconds: number
  readonly capSeconds: number
  /** Counted from the end of the last block, so that a block at its cap is not followed by a clean slate. */
  readonly forgetAfterSeconds: number
}

export interface LimitPolicy {
  /** Failures of one account from one address. */
  readonly pair: BackoffLimit
  /** Failures of one account from all addresses that are not exempt. */
  readonly account: WindowLimit
  /** For how long an address that signed in is neither refused by nor counted in `account`. 0 exempts nobody. */
  readonly exemptForSeconds: number
  /** Failures of one address over all accounts. */
  readonly address: WindowLimit
  /** Password hashes one address makes this worker compute, right or wrong. */
  readonly hashes: WindowLimit
  readonly registrations: WindowLimit
}

const MINUTE_SECONDS = 60
const HOUR_SECONDS = 60 * MINUTE_SECONDS
const DAY_SECONDS = 24 * HOUR_SECONDS

export const DEFAULT_LIMIT_POLICY: LimitPolicy = {
  pair: { freeAttempts: 5, stepSeconds: MINUTE_SECONDS, capSeconds: DAY_SECONDS, forgetAfterSeconds: DAY_SECONDS },
  account: { quota: 100, windowSeconds: HOUR_SECONDS },
  exemptForSeconds: 30 * DAY_SECONDS,
  address: { quota: 100, windowSeconds: HOUR_SECONDS },
  hashes: { quota: 120, windowSeconds: MINUTE_SECONDS },
  registrations: { quota: 20, windowSeconds: HOUR_SECONDS },
}

export type LimitName = 'account-address' | 'account' | 'address' | 'hashes' | 'registrations'

/** All that `Retry-After`, `RateLimit-Policy` ("name";q;w) and `RateLimit` ("name";r=0;t) say. */
export interface Refusal {
  readonly allowed: false
  readonly policy: LimitName
  readonly quota: number
  readonly windowSeconds: number
  /** At least 1, and enough: whoever waits exactly this long is not refused again for what is counted now. */
  readonly retryAfterSeconds: number
}

export type Decision = { readonly allowed: true } | Refusal

export const EMPTY_TALLY: Tally = { marks: [], until: 0 }

/** Seconds until one more mark fits into the window, 0 when it fits now. No mark may lie after `now`. */
export function windowWait(marks: readonly Mark[], limit: WindowLimit, now: number): number {
  const live = marksWithin(marks, limit.windowSeconds, now)
  if (live.length < limit.quota) return 0
  const lastToLeave = live[live.length - limit.quota]?.at ?? now
  return lastToLeave + limit.windowSeconds - now
}

/** Seconds until the block that the last mark opened is over, 0 when there is none. No mark may lie after `now`. */
export function backoffWait(marks: readonly Mark[], limit: BackoffLimit, now: number): number {
  return Math.max(0, blockEndsAt(marks, limit) - now)
}

/** The length of the block that is due once `attempts` have been counted. */
export function blockSeconds(attempts: number, limit: BackoffLimit): number {
  let [block, next] = [0, limit.stepSeconds]
  for (let step = limit.freeAttempts; step <= attempts && block < limit.capSeconds; step++) {
    ;[block, next] = [next, block + next]
  }
  return Math.min(block, limit.capSeconds)
}

export function windowTally(marks: readonly Mark[], windowSeconds: number): Tally {
  const last = marks.at(-1)
  return last ? { marks, until: last.at + windowSeconds } : EMPTY_TALLY
}

export function backoffTally(marks: readonly Mark[], limit: BackoffLimit): Tally {
  return marks.length > 0 ? { marks, until: blockEndsAt(marks, limit) + limit.forgetAfterSeconds } : EMPTY_TALLY
}

/** The marks the backoff goes by: all of them, or none once the pair is forgotten. */
export function rememberedMarks(marks: readonly Mark[], limit: BackoffLimit, now: number): readonly Mark[] {
  return now < backoffTally(marks, limit).until ? marks : []
}

/** The very same marks when none of them is after `now`, so that callers see what is worth writing. */
export function withoutFuture(marks: readonly Mark[], now: number): readonly Mark[] {
  // A clock that went back must not open a limit, so a mark from the "future" counts as one of this moment; it must not close
  // the limit for longer than its window either, so the new time is kept and the mark ages from here.
  if (marks.every((mark) => mark.at <= now)) return marks
  return marks.map((mark) => (mark.at <= now ? mark : { ...mark, at: now }))
}

/** The marks whose time in the window is not over yet. */
export function marksWithin(marks: readonly Mark[], windowSeconds: number, now: number): readonly Mark[] {
  return marks.filter((mark) => now - mark.at < windowSeconds)
}

export function withoutMark(tally: Tally, id: string): Tally {
  if (!hasMark(tally, id)) return tally
  const marks = tally.marks.filter((mark) => mark.id !== id)
  return marks.length > 0 ? { marks, until: tally.until } : EMPTY_TALLY
}

export function hasMark(tally: Tally, id: string): boolean {
  return tally.marks.some((mark) => mark.id === id)
}

function blockEndsAt(marks: readonly Mark[], limit: BackoffLimit): number {
  return (marks.at(-1)?.at ?? 0) + blockSeconds(marks.length, limit)
}
