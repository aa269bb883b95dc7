// The public keys as one isolate of a calling service knows them: asked for when there are none, when they are old and when a
// token names one that is new. Keeps values only and never a promise: in a Worker one that another request made may never settle.
import { importSigningKey } from '../platform/jwt.ts'
import type { KeySet, PosternFailure, PosternResult } from './bindings.ts'

/** What a token is judged by, the key apart. */
export type Terms = Omit<KeySet, 'keys' | 'cacheSeconds'>

export interface FoundKey {
  readonly key: CryptoKey
  readonly terms: Terms
}

export interface KeyCache {
  /** The key of this id; `null` when nobody knows it; a failure when that cannot be told. */
  find(kid: string, now: number): Promise<FoundKey | null | PosternFailure>
}

interface Known {
  readonly keys: ReadonlyMap<string, CryptoKey>
  readonly terms: Terms
  readonly freshUntil: number
}

/** A key is published long before it signs, so most unknown ids are forgeries: they must not cost a question each. */
const COOLDOWN_SECONDS = 5
/** For how long a request watches another one ask before it asks by itself: that one may have been cancelled. */
const WATCH_TURNS = 40
const WATCH_TURN_MILLISECONDS = 5

export function createKeyCache(ask: () => Promise<PosternResult<KeySet>>): KeyCache {
  let known: Known | null = null
  let askedAt = Number.NEGATIVE_INFINITY
  let answers = 0
  let pending = 0
  let failure: PosternFailure | null = null

  async function refresh(now: number): Promise<void> {
    askedAt = now
    pending += 1
    try {
      const answer = await ask()
      if (answer.ok) known = await remember(answer.value, now)
      failure = answer.ok ? null : answer
    } finally {
      pending -= 1
      answers += 1
    }
  }

  async function watch(): Promise<boolean> {
    const seen = answers
    for (let turn = 0; turn < WATCH_TURNS && pending > 0 && answers === seen; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, WATCH_TURN_MILLISECONDS))
    return answers !== seen
  }

  function lookUp(kid: string): FoundKey | null {
    const key = known?.keys.get(kid)
    return known && key ? { key, terms: known.terms } : null
  }

  async function find(kid: string, now: number): Promise<FoundKey | null | PosternFailure> {
    const isOld = !known || now >= known.freshUntil
    const found = lookUp(kid)
    const isCoolingDown = now - askedAt < COOLDOWN_SECONDS
    // Old keys go on while somebody else asks for new ones, and while nobody can be asked.
    if (found && (!isOld || isCoolingDown)) return found
    if (pending > 0 && (await watch())) return lookUp(kid) ?? failure
    if (!isCoolingDown || (!known && !failure)) await refresh(now)
    return lookUp(kid) ?? failure
  }

  return { find }
}

async function remember({ keys, cacheSeconds, issuer, audience, maxTokenAgeSeconds }: KeySet, now: number): Promise<Known> {
  const imported = await Promise.all(keys.map(async (jwk) => [jwk.kid, await importSigningKey(jwk)] as const))
  return { keys: new Map(imported), terms: { issuer, audience, maxTokenAgeSeconds }, freshUntil: now + cacheSeconds }
}
