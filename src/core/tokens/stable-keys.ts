// The key of stable tokens as one isolate sees it: random, sealed in D1, never published, and the same for as long as the tokens live,
// whatever becomes of AUTH_SECRET. Made on first use.
import { decodeBase64Url, encodeBase64Url } from '../../platform/crypto/base64.ts'
import { importHmacKey } from '../../platform/crypto/jwt.ts'
import type { Keyring } from '../../platform/crypto/keyring.ts'
import type { Random } from '../../platform/crypto/random.ts'
import type { Clock } from '../../platform/runtime/clock.ts'
import { Unavailable } from '../../platform/runtime/deadline.ts'
import type { Log } from '../../platform/runtime/log.ts'
import type { StableKeyStore, StoredStableKey } from '../../stores/keys/stable-keys.ts'
import type { StableKey, StableKeys } from '../kernel/keys.ts'

interface StableKeysOptions {
  readonly store: StableKeyStore
  readonly keyring: Keyring
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

const SEAL_PURPOSE = 'stable-keys'
/** An unknown `kid` may be new: D1 is asked again, but no oftener than this, so that forgeries cost next to nothing. */
const UNKNOWN_KID_COOLDOWN_SECONDS = 1

export function createStableKeys({ store, keyring, clock, random, log }: StableKeysOptions): StableKeys {
  /** Values only, no promises: one that another request made may never settle in a Worker. */
  const opened = new Map<string, StableKey>()
  let signer: StableKey | null = null
  let askedAt = Number.NEGATIVE_INFINITY

  async function open({ kid, sealedKey }: StoredStableKey): Promise<StableKey | null> {
    const known = opened.get(kid)
    if (known) return known
    const text = await keyring.open(SEAL_PURPOSE, sealedKey, kid)
    const bytes = text === null ? null : decodeBase64Url(text)
    if (bytes === null) return null
    const stableKey = { kid, key: await importHmacKey(bytes) }
    opened.set(kid, stableKey)
    return stableKey
  }

  /** The newest that today's secrets open. */
  async function load(): Promise<StableKey | null> {
    const stored = await store.list()
    askedAt = clock()
    const keys = await Promise.all(stored.map(open))
    signer = keys.findLast((key) => key !== null) ?? null
    return signer
  }

  async function mint(): Promise<StableKey> {
    const kid = random.hex(8)
    const sealedKey = await keyring.seal(SEAL_PURPOSE, encodeBase64Url(random.bytes(32)), kid)
    const newest = (await store.list()).at(-1)
    await store.insert({ kid, generation: (newest?.generation ?? 0) + 1, sealedKey, createdAt: clock() })
    // Another isolate may have been quicker: then it is that one's.
    const minted = await load()
    if (!minted) throw new Unavailable('stable keys', { reason: 'none can be opened with AUTH_SECRET' })
    log('info', 'stable key made', { kid: minted.kid })
    return minted
  }

  return {
    current: async () => signer ?? (await load()) ?? (await mint()),

    async find(kid) {
      const known = opened.get(kid)
      if (known) return known.key
      if (clock() - askedAt < UNKNOWN_KID_COOLDOWN_SECONDS) return null
      await load()
      return opened.get(kid)?.key ?? null
    },

    async reseal() {
      const currentKeyId = await keyring.currentKeyId()
      for (const { kid, sealedKey } of await store.list()) {
        if (sealedKey.startsWith(`v1.${currentKeyId}.`)) continue
        const text = await keyring.open(SEAL_PURPOSE, sealedKey, kid)
        if (text !== null) await store.reseal(kid, sealedKey, await keyring.seal(SEAL_PURPOSE, text, kid))
      }
    },
  }
}
