// Which tallies an account and an address keep, and how an attempt goes through them: counted before the password is looked
// at, given back when it was right or never judged. Pure; a tally that comes back as the same object needs no writing.
import {
  backoffTally,
  backoffWait,
  type Decision,
  EMPTY_TALLY,
  hasMark,
  type LimitName,
  type LimitPolicy,
  type Mark,
  marksWithin,
  type Refusal,
  rememberedMarks,
  type Tally,
  type WindowLimit,
  windowTally,
  windowWait,
  withoutFuture,
  withoutMark,
} from './limit-rules.ts'

/** One attempt on an account: its own id, and the name of the address it comes from. */
export interface AccountAttempt {
  readonly id: string
  readonly pair: string
  /** Who makes it has proved the account from this address, under whatever name: no window of the account is for them. */
  readonly isExempt?: boolean
}

export interface AccountTallies {
  /** Attempts of this account from this address since the last success. */
  readonly pair: Tally
  /** Attempts of this account from addresses that were not exempt at that time. */
  readonly failures: Tally
  /** The addresses that signed in, each with the time of its last success. */
  readonly known: Tally
}

export interface AddressTallies {
  readonly failures: Tally
  readonly hashes: Tally
  readonly registrations: Tally
}

/** What failures on an account have led to, for whoever wants to know why somebody cannot sign in. */
export interface AccountWaits {
  /** Failures from addresses that were not known, within the window. */
  readonly failures: number
  /** Seconds for which strangers' addresses are refused, 0 when they are not. */
  readonly accountWait: number
  /** Client addresses that wait because of their own failures, and the longest of their waits in seconds. */
  readonly waitingAddresses: number
  readonly longestWait: number
  /** Guesses of the PIN in a row, and whether they have made it dead. Of an account's own object: 0. */
  readonly streak: number
  readonly isDead: boolean
}

export function describeWaits(
  pairs: readonly Tally[],
  failures: Tally,
  streak: Tally,
  now: number,
  policy: LimitPolicy & { readonly deadAfterFailures?: number },
): AccountWaits {
  const waits = pairs
    .map((pair) => backoffWait(rememberedMarks(withoutFuture(pair.marks, now), policy.pair, now), policy.pair, now))
    .filter((wait) => wait > 0)
  const marks = withoutFuture(failures.marks, now)
  const inARow = now < streak.until ? streak.marks.length : 0
  return {
    failures: marksWithin(marks, policy.account.windowSeconds, now).length,
    accountWait: windowWait(marks, policy.account, now),
    waitingAddresses: waits.length,
    longestWait: Math.max(0, ...waits),
    streak: inARow,
    isDead: policy.deadAfterFailures !== undefined && inARow >= policy.deadAfterFailures,
  }
}

/** Seconds for which an address is refused, and by which rule: 0 and the first where it is not. */
export interface AddressWait {
  readonly rule: 'address' | 'hashes'
  readonly wait: number
}

export function describeAddress({ failures, hashes }: AddressTallies, now: number, policy: LimitPolicy): AddressWait {
  const ofFailures = windowWait(withoutFuture(failures.marks, now), policy.address, now)
  const ofHashes = windowWait(withoutFuture(hashes.marks, now), policy.hashes, now)
  return ofHashes > ofFailures ? { rule: 'hashes', wait: ofHashes } : { rule: 'address', wait: ofFailures }
}

export interface Counted<Tallies> {
  readonly decision: Decision
  readonly tallies: Tallies
}

// Whoever knows the password could sign in from any number of addresses; the oldest merely lose their exemption.
const KNOWN_ADDRESSES = 1_000

// The hundredth step of the backoff is longer than any cap, so marks before these change nothing.
const BACKOFF_STEPS_KEPT = 100

const ALLOWED: Decision = { allowed: true }

export function countAccountAttempt(
  stored: AccountTallies,
  attempt: AccountAttempt,
  now: number,
  policy: LimitPolicy,
): Counted<AccountTallies> {
  const tallies = {
    pair: settledPair(stored.pair, policy, now),
    failures: settledWindow(stored.failures, policy.account.windowSeconds, now),
    known: settledWindow(stored.known, policy.exemptForSeconds, now),
  }
  const remembered = rememberedMarks(tallies.pair.marks, policy.pair, now)
  const pairWait = backoffWait(remembered, policy.pair, now)
  // An exemption that ends while the pair is blocked does not help when the block is over, and the wait told has to be enough.
  const exempt = attempt.isExempt || isExempt(tallies.known, attempt.pair, now + pairWait, policy)
  const accountWait = exempt ? 0 : windowWait(tallies.failures.marks, policy.account, now)
  if (accountWait > pairWait) return { decision: refuse('account', policy.account, accountWait), tallies }
  if (pairWait > 0) return { decision: refusePair(policy, pairWait), tallies }

  const mark = { id: attempt.id, at: now }
  const kept = remembered.slice(-(policy.pair.freeAttempts + BACKOFF_STEPS_KEPT))
  const pair = backoffTally([...kept, mark], policy.pair)
  const failures = exempt ? tallies.failures : withMark(tallies.failures, mark, policy.account.windowSeconds)
  return { decision: ALLOWED, tallies: { ...tallies, pair, failures } }
}

/** Clears the pair, takes this very attempt out of the account's failures and makes the address a known one. */
export function acceptAccountAttempt(
  tallies: AccountTallies,
  attempt: AccountAttempt,
  now: number,
  policy: LimitPolicy,
): AccountTallies {
  if (!hasMark(tallies.pair, attempt.id) && !hasMark(tallies.failures, attempt.id)) return tallies
  const others = { ...tallies.known, marks: withoutFuture(withoutMark(tallies.known, attempt.pair).marks, now) }
  const known = withMark(others, { id: attempt.pair, at: now }, policy.exemptForSeconds)
  return {
    pair: EMPTY_TALLY,
    failures: withoutMark(tallies.failures, attempt.id),
    known: { ...known, marks: known.marks.slice(-KNOWN_ADDRESSES) },
  }
}

/** As if the attempt had not happened: its block goes with it, since blocks are derived from the marks that are left. */
export function giveBackAccountAttempt(tallies: AccountTallies, attempt: AccountAttempt): AccountTallies {
  return {
    pair: withoutMark(tallies.pair, attempt.id),
    failures: withoutMark(tallies.failures, attempt.id),
    known: tallies.known,
  }
}

export function countAddressAttempt(stored: AddressTallies, id: string, now: number, policy: LimitPolicy): Counted<AddressTallies> {
  const failures = windowRule('address', policy.address, stored.failures, now)
  const hashes = windowRule('hashes', policy.hashes, stored.hashes, now)
  const tallies = { ...stored, failures: failures.tally, hashes: hashes.tally }
  const decision = decideByWindows([failures, hashes], now)
  if (!decision.allowed) return { decision, tallies }
  return { decision, tallies: { ...tallies, failures: withRuleMark(failures, id, now), hashes: withRuleMark(hashes, id, now) } }
}

export function countRegistration(stored: AddressTallies, id: string, now: number, policy: LimitPolicy): Counted<AddressTallies> {
  const registrations = windowRule('registrations', policy.registrations, stored.registrations, now)
  const hashes = windowRule('hashes', policy.hashes, stored.hashes, now)
  const tallies = { ...stored, registrations: registrations.tally, hashes: hashes.tally }
  const decision = decideByWindows([registrations, hashes], now)
  if (!decision.allowed) return { decision, tallies }
  return {
    decision,
    tallies: { ...tallies, registrations: withRuleMark(registrations, id, now), hashes: withRuleMark(hashes, id, now) },
  }
}

/** The attempt was no failure; the hash was computed all the same. */
export function acceptAddressAttempt(tallies: AddressTallies, id: string): AddressTallies {
  return { ...tallies, failures: withoutMark(tallies.failures, id) }
}

export function giveBackAddressAttempt(tallies: AddressTallies, id: string): AddressTallies {
  // An attempt that was accepted is in neither of the two any more, and its hash stays counted.
  if (!hasMark(tallies.failures, id) && !hasMark(tallies.registrations, id)) return tallies
  return {
    failures: withoutMark(tallies.failures, id),
    hashes: withoutMark(tallies.hashes, id),
    registrations: withoutMark(tallies.registrations, id),
  }
}

interface WindowRule {
  readonly name: LimitName
  readonly limit: WindowLimit
  readonly tally: Tally
}

function windowRule(name: LimitName, limit: WindowLimit, stored: Tally, now: number): WindowRule {
  return { name, limit, tally: settledWindow(stored, limit.windowSeconds, now) }
}

/** The rule that takes longest answers, so that one wait is enough for all of them. */
function decideByWindows(rules: readonly WindowRule[], now: number): Decision {
  const refusals = rules
    .map((rule) => refuse(rule.name, rule.limit, windowWait(rule.tally.marks, rule.limit, now)))
    .filter((refusal) => refusal.retryAfterSeconds > 0)
  return refusals.toSorted((a, b) => b.retryAfterSeconds - a.retryAfterSeconds)[0] ?? ALLOWED
}

function withRuleMark(rule: WindowRule, id: string, at: number): Tally {
  return withMark(rule.tally, { id, at }, rule.limit.windowSeconds)
}

/** Adds a mark and drops those whose window is over, so a tally never holds more than its quota. */
function withMark(tally: Tally, mark: Mark, windowSeconds: number): Tally {
  return windowTally([...marksWithin(tally.marks, windowSeconds, mark.at), mark], windowSeconds)
}

function settledWindow(tally: Tally, windowSeconds: number, now: number): Tally {
  const marks = withoutFuture(tally.marks, now)
  return marks === tally.marks ? tally : windowTally(marks, windowSeconds)
}

function settledPair(tally: Tally, policy: LimitPolicy, now: number): Tally {
  const marks = withoutFuture(tally.marks, now)
  return marks === tally.marks ? tally : backoffTally(marks, policy.pair)
}

function isExempt(known: Tally, pair: string, at: number, policy: LimitPolicy): boolean {
  return marksWithin(known.marks, policy.exemptForSeconds, at).some((mark) => mark.id === pair)
}

function refuse(policy: LimitName, limit: WindowLimit, retryAfterSeconds: number): Refusal {
  return { allowed: false, policy, quota: limit.quota, windowSeconds: limit.windowSeconds, retryAfterSeconds }
}

/** A backoff has no window of its own; what it is about is so many attempts until it forgets. */
function refusePair(policy: LimitPolicy, retryAfterSeconds: number): Refusal {
  const { freeAttempts, forgetAfterSeconds } = policy.pair
  return refuse('account-address', { quota: freeAttempts, windowSeconds: forgetAfterSeconds }, retryAfterSeconds)
}
