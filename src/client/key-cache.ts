// The public keys as one isolate of a calling service knows them: asked for when there are none, when they are old and when a
// token names one that is new. Keeps values only and never a promise: in a Worker one that another request made may never settle.
import { importSigningKey, type PublicJwk } from '../platform/crypto/jwt.ts'
import type { KeySet, PosternFailure, PosternResult } from './bindings.ts'
import { type Report, SetUpError } from './troubles.ts'

/** What a token is judged by, the key apart. */
export type Terms = Omit<KeySet, 'keys' | 'cacheSeconds'>

export interface FoundKey {
  readonly key: CryptoKey
  readonly terms: Terms
}

export interface KeyCache {
  /**
   * The key of this id; `null` when nobody knows it; a failure when that cannot be told.
   * @param maxAgeSeconds how long ago the keys may have been fetched
   * @param source asked if need be; the verifiers that share a cache have one each
   */
  find(kid: string, now: number, maxAgeSeconds: number, source: KeySource): Promise<FoundKey | null | PosternFailure>
}

export interface KeySource {
  ask(): Promise<PosternResult<KeySet>>
  readonly report: Report
}

interface Known {
  readonly keys: ReadonlyMap<string, CryptoKey>
  readonly terms: Terms
  readonly fetchedAt: number
  readonly freshUntil: number
}

/** A key is published long before it signs, so most unknown ids are forgeries: they must not cost a question each. */
const COOLDOWN_SECONDS = 5
/** For how long a request watches another one ask before it asks by itself: that one may have been cancelled. */
const WATCH_TURNS = 40
const WATCH_TURN_MILLISECONDS = 5
const NO_SENSE: PosternFailure = { ok: false, code: 'unavailable', retryAfter: 1 }

export function createKeyCache(): KeyCache {
  let known: Known | null = null
  let failure: PosternFailure | null = null
  let askedAt = Number.NEGATIVE_INFINITY
  let answers = 0
  /** The question on its way. One whose request was cancelled stays until another takes its place. */
  let question: object | null = null

  async function refresh(now: number, { ask, report }: KeySource): Promise<void> {
    const own = {}
    question = own
    askedAt = now
    try {
      const answer = await ask()
      if (answer.ok) known = await remember(answer.value, now)
      failure = answer.ok ? null : answer
    } catch (error) {
      report(
        new SetUpError('what answers for the keys is not Postern', {
          sign: error instanceof Error ? error.message : String(error),
        }),
      )
      failure = NO_SENSE
    } finally {
      answers += 1
      if (question === own) question = null
    }
  }

  /** Waits for an answer. Of all who watch a question in vain the first asks anew, and the others watch that one. */
  async function join(now: number, source: KeySource): Promise<void> {
    const [watched, seen] = [question, answers]
    const isOnItsWay = () => question === watched && answers === seen
    for (let turn = 0; turn < WATCH_TURNS && isOnItsWay(); turn += 1)
      await new Promise((resolve) => setTimeout(resolve, WATCH_TURN_MILLISECONDS))
    if (answers !== seen) return
    return question === watched ? refresh(now, source) : join(now, source)
  }

  function lookUp(kid: string, notBefore: number): FoundKey | null {
    const key = known && known.fetchedAt >= notBefore ? known.keys.get(kid) : undefined
    return known && key ? { key, terms: known.terms } : null
  }

  async function find(
    kid: string,
    now: number,
    maxAgeSeconds: number,
    source: KeySource,
  ): Promise<FoundKey | null | PosternFailure> {
    // The clock was set back: how old they are nobody knows any more, so they count as fetched now, and are asked for.
    if (known && known.fetchedAt > now) known = { ...known, fetchedAt: now, freshUntil: now }
    const notBefore = now - maxAgeSeconds
    const isOld = !known || now >= known.freshUntil
    const found = lookUp(kid, notBefore)
    const isCoolingDown = now >= askedAt && now - askedAt < COOLDOWN_SECONDS
    // Old keys go on while somebody else asks for new ones, and while nobody can be asked.
    if (found && (!isOld || isCoolingDown)) return found
    if (!isCoolingDown) await refresh(now, source)
    else if (question) await join(now, source)
    return lookUp(kid, notBefore) ?? failure ?? (known && known.fetchedAt >= notBefore ? null : NO_SENSE)
  }

  return { find }
}

async function remember({ keys, cacheSeconds, issuer, audience, maxTokenAgeSeconds }: KeySet, now: number): Promise<Known> {
  const imported = (await Promise.all(keys.map(importUsable))).flat()
  return {
    keys: new Map(imported),
    terms: { issuer, audience, maxTokenAgeSeconds },
    fetchedAt: now,
    freshUntil: now + cacheSeconds,
  }
}

/** Nothing for a key that cannot be used: the others go on without it (RFC 7517 §5). */
async function importUsable(jwk: PublicJwk): Promise<[kid: string, key: CryptoKey][]> {
  try {
    return [[jwk.kid, await importSigningKey(jwk)]]
  } catch {
    return []
  }
}
