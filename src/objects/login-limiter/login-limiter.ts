// The Durable Object that counts sign-in attempts: reads tallies, lets the rules decide, writes what changed, all in one turn
// without an await, so no two attempts see the same count. Holds nothing in memory and decides nothing itself.
import { DurableObject } from 'cloudflare:workers'
import { type Decision, EMPTY_TALLY, type LimitPolicy, type Tally } from './limit-rules.ts'
import * as pins from './pin-tallies.ts'
import type { AccountWaits } from './sign-in-tallies.ts'
import * as signIn from './sign-in-tallies.ts'

const TALLY_PREFIX = 'tally:'
const PAIR_PREFIX = `${TALLY_PREFIX}pair:`
const SWEEP_AT = 'sweep-at'

// Tallies that live for a minute are not worth an alarm each minute.
const SHORTEST_SWEEP_SECONDS = 3600

/**
 * One object per account (`account:…`), one per account for its PIN (`account:…` too) and one per address (`address:…`); see
 * `login-limits.ts` for who is asked when.
 *
 * What is stored is bounded: a window holds no more marks than its quota, and each new pair of an account costs one of the
 * account's own failures, so there are never more pairs than that limit lets through until the oldest are forgotten, plus
 * the known addresses, whose number is capped.
 *
 * Every method of this class can be called over RPC, so there are no helpers on it.
 */
export class LoginLimiterObject extends DurableObject {
  ping(): 'ok' {
    return 'ok'
  }

  /** Counts an attempt on this account, or refuses it without a trace. */
  async countAccountAttempt(attempt: signIn.AccountAttempt, now: number, policy: LimitPolicy): Promise<Decision> {
    const stored = readAccount(this.ctx.storage, attempt)
    const { decision, tallies } = signIn.countAccountAttempt(stored, attempt, now, policy)
    await write(this.ctx.storage, accountKeys(attempt), stored, tallies, now)
    return decision
  }

  /** The password was right. Nothing happens for an attempt that is unknown or settled already. */
  async acceptAccountAttempt(attempt: signIn.AccountAttempt, now: number, policy: LimitPolicy): Promise<void> {
    const stored = readAccount(this.ctx.storage, attempt)
    const tallies = signIn.acceptAccountAttempt(stored, attempt, now, policy)
    await write(this.ctx.storage, accountKeys(attempt), stored, tallies, now)
  }

  /** The account has a new password: failures with the one before are no reason to wait any more, wherever they came from. */
  clearPairs(): void {
    for (const [key] of [...this.ctx.storage.kv.list({ prefix: PAIR_PREFIX })]) this.ctx.storage.kv.delete(key)
  }

  /** Nobody waits any more, wherever they try from; a PIN that guesses have killed lives again. Addresses that signed in stay known. */
  unlock(): void {
    this.clearPairs()
    for (const key of [ADDRESS_KEYS.failures, PIN_STREAK]) this.ctx.storage.kv.delete(key)
  }

  /** What is in force now, with nothing counted by the question. */
  describe(now: number, policy: LimitPolicy & { readonly deadAfterFailures?: number }): AccountWaits {
    const pairs = [...this.ctx.storage.kv.list<Tally>({ prefix: PAIR_PREFIX })].map(([, tally]) => tally)
    return signIn.describeWaits(
      pairs,
      read(this.ctx.storage, ADDRESS_KEYS.failures),
      read(this.ctx.storage, PIN_STREAK),
      now,
      policy,
    )
  }

  /** The same of an address. */
  describeAddress(now: number, policy: LimitPolicy): signIn.AddressWait {
    return signIn.describeAddress(readAddress(this.ctx.storage), now, policy)
  }

  /** The attempt was never judged. Nothing happens for one that is unknown or settled already. */
  async giveBackAccountAttempt(attempt: signIn.AccountAttempt, now: number): Promise<void> {
    const stored = readAccount(this.ctx.storage, attempt)
    await write(this.ctx.storage, accountKeys(attempt), stored, signIn.giveBackAccountAttempt(stored, attempt), now)
  }

  /** The same for a PIN, which has an object of its own. Says, too, whether the PIN is dead. */
  async countPinAttempt(attempt: signIn.AccountAttempt, now: number, policy: pins.PinPolicy): Promise<pins.PinDecision> {
    const stored = readPin(this.ctx.storage, attempt)
    const { decision, tallies } = pins.countPinAttempt(stored, attempt, now, policy)
    await write(this.ctx.storage, pinKeys(attempt), stored, tallies, now)
    return decision
  }

  async acceptPinAttempt(attempt: signIn.AccountAttempt, now: number, policy: pins.PinPolicy): Promise<void> {
    const stored = readPin(this.ctx.storage, attempt)
    await write(this.ctx.storage, pinKeys(attempt), stored, pins.acceptPinAttempt(stored, attempt, now, policy), now)
  }

  async giveBackPinAttempt(attempt: signIn.AccountAttempt, now: number): Promise<void> {
    const stored = readPin(this.ctx.storage, attempt)
    await write(this.ctx.storage, pinKeys(attempt), stored, pins.giveBackPinAttempt(stored, attempt), now)
  }

  /** The account was proven by its password: failures in a row begin anew. The hour's guesses stay counted. */
  async revivePin(now: number): Promise<void> {
    const stored = { streak: read(this.ctx.storage, PIN_STREAK) }
    await write(this.ctx.storage, { streak: PIN_STREAK }, stored, { streak: EMPTY_TALLY }, now)
  }

  async countAddressAttempt(id: string, now: number, policy: LimitPolicy): Promise<Decision> {
    const stored = readAddress(this.ctx.storage)
    const { decision, tallies } = signIn.countAddressAttempt(stored, id, now, policy)
    await write(this.ctx.storage, ADDRESS_KEYS, stored, tallies, now)
    return decision
  }

  async acceptAddressAttempt(id: string, now: number): Promise<void> {
    const stored = readAddress(this.ctx.storage)
    await write(this.ctx.storage, ADDRESS_KEYS, stored, signIn.acceptAddressAttempt(stored, id), now)
  }

  /** For a registration as well. */
  async giveBackAddressAttempt(id: string, now: number): Promise<void> {
    const stored = readAddress(this.ctx.storage)
    await write(this.ctx.storage, ADDRESS_KEYS, stored, signIn.giveBackAddressAttempt(stored, id), now)
  }

  async takeRegistration(id: string, now: number, policy: LimitPolicy): Promise<Decision> {
    const stored = readAddress(this.ctx.storage)
    const { decision, tallies } = signIn.countRegistration(stored, id, now, policy)
    await write(this.ctx.storage, ADDRESS_KEYS, stored, tallies, now)
    return decision
  }

  async forget(): Promise<void> {
    await this.ctx.storage.deleteAlarm()
    await this.ctx.storage.deleteAll()
  }

  override async alarm(): Promise<void> {
    await sweep(this.ctx.storage)
  }
}

type Keys<Tallies> = { readonly [Name in keyof Tallies]: string }

const ADDRESS_KEYS: Keys<signIn.AddressTallies> = {
  failures: `${TALLY_PREFIX}failures`,
  hashes: `${TALLY_PREFIX}hashes`,
  registrations: `${TALLY_PREFIX}registrations`,
}

function accountKeys(attempt: signIn.AccountAttempt): Keys<signIn.AccountTallies> {
  return { pair: PAIR_PREFIX + attempt.pair, failures: `${TALLY_PREFIX}failures`, known: `${TALLY_PREFIX}known` }
}

const PIN_STREAK = `${TALLY_PREFIX}streak`

function pinKeys(attempt: signIn.AccountAttempt): Keys<pins.PinTallies> {
  return { ...accountKeys(attempt), streak: PIN_STREAK }
}

function readPin(storage: DurableObjectStorage, attempt: signIn.AccountAttempt): pins.PinTallies {
  return { ...readAccount(storage, attempt), streak: read(storage, PIN_STREAK) }
}

function readAccount(storage: DurableObjectStorage, attempt: signIn.AccountAttempt): signIn.AccountTallies {
  const keys = accountKeys(attempt)
  return { pair: read(storage, keys.pair), failures: read(storage, keys.failures), known: read(storage, keys.known) }
}

function readAddress(storage: DurableObjectStorage): signIn.AddressTallies {
  return {
    failures: read(storage, ADDRESS_KEYS.failures),
    hashes: read(storage, ADDRESS_KEYS.hashes),
    registrations: read(storage, ADDRESS_KEYS.registrations),
  }
}

function read(storage: DurableObjectStorage, key: string): Tally {
  return storage.kv.get<Tally>(key) ?? EMPTY_TALLY
}

/** Writes the tallies that are not the stored objects any more; together with the alarm this is one atomic write. */
async function write<Tallies extends { readonly [Name in keyof Tallies]: Tally }>(
  storage: DurableObjectStorage,
  keys: Keys<Tallies>,
  stored: Tallies,
  tallies: Tallies,
  now: number,
): Promise<void> {
  let earliest = Number.POSITIVE_INFINITY
  for (const name in keys) {
    const tally = tallies[name]
    if (tally === stored[name]) continue
    if (tally.marks.length === 0) {
      storage.kv.delete(keys[name])
    } else {
      storage.kv.put(keys[name], tally)
      earliest = Math.min(earliest, tally.until)
    }
  }
  if (earliest < Number.POSITIVE_INFINITY) await scheduleSweep(storage, earliest, now)
}

/** Makes sure that a sweep comes soon after `earliest`, but not before an hour from now. */
async function scheduleSweep(storage: DurableObjectStorage, earliest: number, now: number): Promise<void> {
  const due = Math.max(earliest, now + SHORTEST_SWEEP_SECONDS)
  const scheduled = storage.kv.get<number>(SWEEP_AT)
  // The platform gives an alarm up after six failures, so one that is long overdue is set again.
  const isComing = scheduled !== undefined && scheduled <= due && scheduled > now - SHORTEST_SWEEP_SECONDS
  if (!isComing) await setSweep(storage, due, now)
}

async function setSweep(storage: DurableObjectStorage, due: number, now: number): Promise<void> {
  storage.kv.put(SWEEP_AT, due)
  // Alarms go by the platform's clock and the rules by `now`; only the distance between the two times is common to both.
  await storage.setAlarm(Date.now() + (due - now) * 1000)
}

/** Drops what matters to no rule any more, and the whole object once nothing is left. */
async function sweep(storage: DurableObjectStorage): Promise<void> {
  // An alarm never rings early, so the moment it was set for has come, whatever clock `now` came from.
  const now = storage.kv.get<number>(SWEEP_AT)
  if (now === undefined) return
  const live: Tally[] = []
  for (const [key, tally] of [...storage.kv.list<Tally>({ prefix: TALLY_PREFIX })]) {
    if (tally.until > now) live.push(tally)
    else storage.kv.delete(key)
  }
  if (live.length === 0) return storage.deleteAll()
  const earliest = live.reduce((least, tally) => Math.min(least, tally.until), Number.POSITIVE_INFINITY)
  // A dead PIN alone is left: it is never forgotten, so there is nothing to come back for.
  if (earliest === Number.POSITIVE_INFINITY) {
    storage.kv.delete(SWEEP_AT)
    return
  }
  await setSweep(storage, Math.max(earliest, now + SHORTEST_SWEEP_SECONDS), now)
}
