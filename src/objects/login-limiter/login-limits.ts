// Asks the limiter objects on behalf of the core: account and address side by side, and gives the one back when the other
// says no. An object that cannot answer is an outage, never a permission.
import { isCallerBucket } from '../../platform/identifiers/client-address.ts'
import { withDeadline } from '../../platform/runtime/deadline.ts'
import type { Decision, LimitPolicy, Refusal } from './limit-rules.ts'
import type { LoginLimiterObject } from './login-limiter.ts'
import type { PinDecision, PinPolicy } from './pin-tallies.ts'
import type { AccountAttempt, AccountWaits, AddressWait } from './sign-in-tallies.ts'

/**
 * An attempt to sign in, or to register, that is counted already. Left alone it stays counted, as a failure; settling it a
 * second time does nothing.
 */
export interface CountedAttempt {
  /** The credential was right (for a registration: it was made, and stays counted). @throws Unavailable */
  succeed(now: number): Promise<void>
  /** The attempt was never judged. Never fails: what cannot be given back stays counted, which is the safe side. */
  giveBack(): Promise<void>
}

export type Begun = { readonly allowed: true; readonly attempt: CountedAttempt } | Refusal

/** A dead PIN is judged like any other, and never right; the last guess makes it dead when it is wrong. */
export type BegunPin =
  | { readonly allowed: true; readonly attempt: CountedAttempt; readonly isDead: boolean; readonly isLast: boolean }
  | Refusal

export interface LoginLimits {
  /**
   * Counts an attempt before its password or PIN is looked at.
   * @param who the identifier as typed but canonical, known or not, and the client's address, IPv6 cut to its /64; `isExempt` where
   *   the account was proven from this address, under whatever name
   * @throws Unavailable
   */
  beginSignIn(who: { readonly account: string; readonly address: string; readonly isExempt?: boolean }, now: number): Promise<Begun>
  /**
   * Counts a password given within a live session. What strangers try does not keep its user waiting: the session has a count of its
   * own, whatever address it comes from, besides that of the address. @throws Unavailable
   */
  beginSessionCheck(who: { readonly sessionId: string; readonly address: string }, now: number): Promise<Begun>
  /** Counts a guess of the PIN of whoever has this username, by rules of its own. @throws Unavailable */
  beginPinSignIn(who: { readonly usernameKey: string; readonly address: string }, now: number): Promise<BegunPin>
  /** Ends what failures in a row have done to the PIN. @throws Unavailable */
  revivePin(usernameKey: string, now: number): Promise<void>
  /** Counts a registration and the hash it costs. @throws Unavailable */
  beginRegistration(who: { readonly address: string }, now: number): Promise<Begun>
  /** Counts a hash that is no attempt on an account of ours: for another worker. @throws Unavailable */
  beginHash(who: { readonly address: string }, now: number): Promise<Begun>
  /** Ends the waits that failures on an account have led to, from whatever address. @throws Unavailable */
  clearWaits(account: AccountNames): Promise<void>
  /** Nobody waits any more for what failed on the account, under whatever name; its PIN lives. @throws Unavailable */
  unlock(account: AccountNames): Promise<void>
  /** What is in force for each name of the account, and for its PIN. Counts nothing. @throws Unavailable */
  describe(account: AccountNames, now: number): Promise<DescribedLimits>
  /** Whether a client address is refused, whatever account it asks for. Counts nothing. @throws Unavailable */
  describeAddress(address: string, now: number): Promise<AddressWait>
  /** Deletes all that was counted for an account that is gone. @throws Unavailable */
  forget(account: AccountNames): Promise<void>
  /** Resolves when a limiter object answers; leaves nothing behind. @throws Unavailable */
  ping(): Promise<void>
}

export interface DescribedLimits {
  readonly email: AccountWaits
  /** `null` where the account has no username. */
  readonly username: AccountWaits | null
  readonly pin: AccountWaits | null
}

/** What an account can be signed in to by, each of which is counted apart. */
export interface AccountNames {
  readonly email: string
  readonly usernameKey: string | null
}

export interface LoginLimitsOptions {
  readonly namespace: DurableObjectNamespace<LoginLimiterObject>
  /** A keyed hash, so that neither names nor storage of objects tell who signs in from where. */
  readonly nameOf: (kind: 'account' | 'address', text: string) => Promise<string>
  readonly policy: LimitPolicy
  /** For other workers, which stand where an address stands otherwise; without it they are held to `policy`. */
  readonly callerPolicy?: LimitPolicy
  readonly pinPolicy: PinPolicy
  readonly deadlineMilliseconds: number
}

/** One object's part in an attempt. */
interface Share {
  count(): Promise<Decision>
  accept(now: number): Promise<void>
  giveBack(): Promise<void>
}

export function createLoginLimits({
  namespace,
  nameOf,
  policy: addressPolicy,
  callerPolicy,
  pinPolicy,
  deadlineMilliseconds,
}: LoginLimitsOptions): LoginLimits {
  // A stub may be broken once a call on it has failed, so every call gets its own.
  const ask = <T>(object: string, call: (limiter: DurableObjectStub<LoginLimiterObject>) => Promise<T>): Promise<T> =>
    withDeadline('login limiter', deadlineMilliseconds, () => call(namespace.getByName(object)))
  const objectFor = async (kind: 'account' | 'address', text: string) => `${kind}:${await nameOf(kind, text)}`

  const policyFor = (bucket: string) => (callerPolicy && isCallerBucket(bucket) ? callerPolicy : addressPolicy)

  // The id is made on this side, so that an attempt whose answer got lost can be given back too.
  const newAttemptId = () => crypto.randomUUID()

  const addressShare = (address: string, id: string, now: number, policy: LimitPolicy): Share => ({
    count: () => ask<Decision>(address, async (limiter) => limiter.countAddressAttempt(id, now, policy)),
    accept: (at) => ask(address, (limiter) => limiter.acceptAddressAttempt(id, at)),
    giveBack: () => ask(address, (limiter) => limiter.giveBackAddressAttempt(id, now)),
  })

  const accountShare = (account: string, attempt: AccountAttempt, now: number, policy: LimitPolicy): Share => ({
    count: () => ask<Decision>(account, async (limiter) => limiter.countAccountAttempt(attempt, now, policy)),
    accept: (at) => ask(account, (limiter) => limiter.acceptAccountAttempt(attempt, at, policy)),
    giveBack: () => ask(account, (limiter) => limiter.giveBackAccountAttempt(attempt, now)),
  })

  return {
    async beginSignIn({ account: name, address: bucket, isExempt = false }, now) {
      const policy = policyFor(bucket)
      const [account, address] = await Promise.all([objectFor('account', name), objectFor('address', bucket)])
      const attempt = { id: newAttemptId(), pair: address, isExempt }
      return begin([accountShare(account, attempt, now, policy), addressShare(address, attempt.id, now, policy)])
    },

    async beginSessionCheck({ sessionId, address: bucket }, now) {
      const policy = policyFor(bucket)
      const [session, address] = await Promise.all([objectFor('account', sessionOf(sessionId)), objectFor('address', bucket)])
      const attempt = { id: newAttemptId(), pair: 'session' }
      return begin([accountShare(session, attempt, now, policy), addressShare(address, attempt.id, now, policy)])
    },

    async beginPinSignIn(who, now) {
      const [account, address] = await Promise.all([
        objectFor('account', pinOf(who.usernameKey)),
        objectFor('address', who.address),
      ])
      const attempt = { id: newAttemptId(), pair: address }
      let [isDead, isLast] = [false, false]
      const begun = await begin([
        {
          count: async () => {
            const decision = await ask<PinDecision>(account, async (limiter) => limiter.countPinAttempt(attempt, now, pinPolicy))
            if (decision.allowed) ({ isDead, isLast } = decision)
            return decision
          },
          accept: (at) => ask(account, (limiter) => limiter.acceptPinAttempt(attempt, at, pinPolicy)),
          giveBack: () => ask(account, (limiter) => limiter.giveBackPinAttempt(attempt, now)),
        },
        addressShare(address, attempt.id, now, addressPolicy),
      ])
      return begun.allowed ? { ...begun, isDead, isLast } : begun
    },

    async revivePin(usernameKey, now) {
      await ask(await objectFor('account', pinOf(usernameKey)), (limiter) => limiter.revivePin(now))
    },

    async beginRegistration(who, now) {
      const address = await objectFor('address', who.address)
      const id = newAttemptId()
      return begin([
        {
          count: () => ask<Decision>(address, async (limiter) => limiter.takeRegistration(id, now, addressPolicy)),
          accept: async () => {},
          giveBack: () => ask(address, (limiter) => limiter.giveBackAddressAttempt(id, now)),
        },
      ])
    },

    async beginHash(who, now) {
      const address = await objectFor('address', who.address)
      return begin([addressShare(address, newAttemptId(), now, policyFor(who.address))])
    },

    async clearWaits(account) {
      await settleAll(
        namesOf(account).map(async (name) => ask(await objectFor('account', name), (limiter) => limiter.clearPairs())),
      )
    },

    async unlock(account) {
      const names = [...namesOf(account), ...(account.usernameKey === null ? [] : [pinOf(account.usernameKey)])]
      await settleAll(names.map(async (name) => ask(await objectFor('account', name), (limiter) => limiter.unlock())))
    },

    async describe({ email, usernameKey }, now) {
      const read = async (name: string, policy: LimitPolicy | PinPolicy): Promise<AccountWaits> =>
        ask<AccountWaits>(await objectFor('account', name), async (limiter) => limiter.describe(now, policy))
      const [ofEmail, username, pin] = await Promise.all([
        read(`email:${email}`, addressPolicy),
        usernameKey === null ? null : read(`username:${usernameKey}`, addressPolicy),
        usernameKey === null ? null : read(pinOf(usernameKey), pinPolicy),
      ])
      return { email: ofEmail, username, pin }
    },

    async describeAddress(bucket, now) {
      const address = await objectFor('address', bucket)
      return ask<AddressWait>(address, async (limiter) => limiter.describeAddress(now, policyFor(bucket)))
    },

    async forget(account) {
      const names = [...namesOf(account), ...(account.usernameKey === null ? [] : [pinOf(account.usernameKey)])]
      await settleAll(names.map(async (name) => ask(await objectFor('account', name), (limiter) => limiter.forget())))
    },

    async ping() {
      await ask('ping', (limiter) => limiter.ping())
    },
  }
}

/** As a sign-in by password names them. */
function namesOf({ email, usernameKey }: AccountNames): readonly string[] {
  return [`email:${email}`, ...(usernameKey === null ? [] : [`username:${usernameKey}`])]
}

/** No identifier of a sign-in by password begins like this, so that neither credential's guesses count for the other. */
function pinOf(usernameKey: string): string {
  return `pin:${usernameKey}`
}

/** No identifier of a sign-in begins like this either. */
function sessionOf(sessionId: string): string {
  return `session:${sessionId}`
}

async function begin(shares: readonly Share[]): Promise<Begun> {
  const answers = await Promise.allSettled(shares.map((share) => share.count()))
  const failed = answers.find((answer) => answer.status === 'rejected')
  const refusals = answers.map((answer) => (answer.status === 'fulfilled' && !answer.value.allowed ? answer.value : null))
  const longest = refusals.reduce((a, b) => ((b?.retryAfterSeconds ?? 0) > (a?.retryAfterSeconds ?? 0) ? b : a), null)
  if (failed || longest) {
    // Only a refusal is sure to have counted nothing: a call that failed or came too late may have.
    await Promise.allSettled(shares.filter((_, index) => refusals[index] === null).map((share) => share.giveBack()))
  }
  if (failed) throw failed.reason
  return longest ?? { allowed: true, attempt: createAttempt(shares) }
}

function createAttempt(shares: readonly Share[]): CountedAttempt {
  let settled: Promise<void> | undefined
  return {
    succeed(now) {
      settled ??= settleAll(shares.map((share) => share.accept(now)))
      return settled
    },
    giveBack() {
      settled ??= settleAll(shares.map((share) => share.giveBack()))
      return settled.catch(() => {})
    },
  }
}

/** Waits for all of them even when one fails, so that nothing goes on behind the back of a reply. */
async function settleAll(calls: readonly Promise<void>[]): Promise<void> {
  const answers = await Promise.allSettled(calls)
  const failed = answers.find((answer) => answer.status === 'rejected')
  if (failed) throw failed.reason
}
