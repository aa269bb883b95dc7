// What an account keeps about guesses of its PIN: the tallies of any account, and the failures in a row, after which the PIN
// is dead until the account is proven by its password. Pure, like `sign-in-tallies.ts`.
import {
  DEFAULT_LIMIT_POLICY,
  EMPTY_TALLY,
  type LimitPolicy,
  type Mark,
  type Refusal,
  type Tally,
  withoutMark,
} from './limit-rules.ts'
import {
  type AccountAttempt,
  type AccountTallies,
  acceptAccountAttempt,
  countAccountAttempt,
  giveBackAccountAttempt,
} from './sign-in-tallies.ts'

export interface PinPolicy extends LimitPolicy {
  /** Failures in a row after which no PIN is right any more. */
  readonly deadAfterFailures: number
}

/** A PIN has so few digits that nobody is exempt, and that the hour's guesses are few whoever makes them. */
export const DEFAULT_PIN_POLICY: PinPolicy = {
  ...DEFAULT_LIMIT_POLICY,
  account: { quota: 10, windowSeconds: 3600 },
  exemptForSeconds: 0,
  deadAfterFailures: 50,
}

export interface PinTallies extends AccountTallies {
  /** Attempts since the last success, oldest first; never more than make the PIN dead. */
  readonly streak: Tally
}

/** Whoever guesses at a dead PIN is not told, so such an attempt is counted and judged like any other. `isLast`: wrong, it makes it dead. */
export type PinDecision = { readonly allowed: true; readonly isDead: boolean; readonly isLast: boolean } | Refusal

// Names that nobody has get streaks too, so one that killed nothing is not kept for ever; 49 guesses in 400 days find no PIN.
const STREAK_FORGET_SECONDS = 400 * 86_400

export function countPinAttempt(
  stored: PinTallies,
  attempt: AccountAttempt,
  now: number,
  policy: PinPolicy,
): { readonly decision: PinDecision; readonly tallies: PinTallies } {
  const { streak, ...account } = stored
  const { decision, tallies } = countAccountAttempt(account, attempt, now, policy)
  if (!decision.allowed) return { decision, tallies: { ...tallies, streak } }
  const marks = now < streak.until ? streak.marks : []
  if (marks.length >= policy.deadAfterFailures)
    return { decision: { allowed: true, isDead: true, isLast: false }, tallies: { ...tallies, streak } }
  const longer = streakTally([...marks, { id: attempt.id, at: now }], policy)
  const isLast = longer.marks.length >= policy.deadAfterFailures
  return { decision: { allowed: true, isDead: false, isLast }, tallies: { ...tallies, streak: longer } }
}

/** The PIN was right, so this attempt and those before it are no failures in a row; those counted after it may become some. */
export function acceptPinAttempt(stored: PinTallies, attempt: AccountAttempt, now: number, policy: PinPolicy): PinTallies {
  const { streak, ...account } = stored
  const accepted = acceptAccountAttempt(account, attempt, now, policy)
  const index = streak.marks.findIndex((mark) => mark.id === attempt.id)
  return {
    ...accepted,
    known: EMPTY_TALLY,
    streak: index < 0 ? streak : streakTally(streak.marks.slice(index + 1), policy),
  }
}

export function giveBackPinAttempt(stored: PinTallies, attempt: AccountAttempt): PinTallies {
  const { streak, ...account } = stored
  return { ...giveBackAccountAttempt(account, attempt), streak: withoutMark(streak, attempt.id) }
}

function streakTally(marks: readonly Mark[], { deadAfterFailures }: PinPolicy): Tally {
  const last = marks.at(-1)
  if (!last) return EMPTY_TALLY
  // Dead is dead: no time brings it back.
  return { marks, until: marks.length >= deadAfterFailures ? Number.POSITIVE_INFINITY : last.at + STREAK_FORGET_SECONDS }
}
