// The ES256 keys of access tokens as one isolate sees them: which one signs now, which ones verify. Makes the first key
// on first use; rotates and retires them when housekeeping asks.

import { generateSigningKey, importSigningKey, type PublicJwk, type SigningKey } from '../../platform/crypto/jwt.ts'
import type { Keyring } from '../../platform/crypto/keyring.ts'
import type { Random } from '../../platform/crypto/random.ts'
import type { Clock } from '../../platform/runtime/clock.ts'
import { Unavailable } from '../../platform/runtime/deadline.ts'
import { type Log, reasonOf } from '../../platform/runtime/log.ts'
import type { SigningKeyStore, StoredSigningKey } from '../../stores/keys/signing-keys.ts'
import { describeAct, logEvent } from '../audit/audit.ts'
import type { SigningKeys } from '../kernel/keys.ts'
import type { AuthSettings } from '../kernel/settings.ts'

interface Loaded {
  readonly at: number
  readonly stored: readonly StoredSigningKey[]
  readonly publicKeys: readonly PublicJwk[]
}

interface SigningKeysOptions {
  readonly store: SigningKeyStore
  readonly keyring: Keyring
  readonly settings: Pick<AuthSettings, 'signingKeyRotationSeconds' | 'jwksCacheSeconds' | 'accessTokenTtlSeconds'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

const SEAL_PURPOSE = 'signing-keys'
/** An unknown `kid` may be new: D1 is asked again, but no oftener than this, so that forgeries cost next to nothing. */
const UNKNOWN_KID_COOLDOWN_SECONDS = 1
/** While D1 is out, what is known has to do for this long before it is asked again: each question may cost a whole deadline. */
const OUTAGE_COOLDOWN_SECONDS = 10

export function createSigningKeys({ store, keyring, settings, clock, random, log }: SigningKeysOptions): SigningKeys {
  // Values only, no promises: one that another request made may never settle in a Worker.
  let loaded: Loaded | null = null
  let failedAt = Number.NEGATIVE_INFINITY
  const verifiers = new Map<string, CryptoKey>()
  const signers = new Map<string, SigningKey>()
  // Shorter than the time a key is published before it signs, so that every isolate knows it by then.
  const maxAgeSeconds = settings.jwksCacheSeconds / 2

  async function load(now: number): Promise<Loaded> {
    const stored = await store.list().catch((error: unknown) => {
      failedAt = clock()
      throw error
    })
    failedAt = Number.NEGATIVE_INFINITY
    loaded = { at: now, stored, publicKeys: stored.map((key) => parsePublicJwk(key.publicJwk)) }
    return loaded
  }

  const isOut = (now: number) => now - failedAt < OUTAGE_COOLDOWN_SECONDS

  /** What D1 says, or what it last said while it is down. */
  async function known(now: number): Promise<Loaded> {
    const last = loaded && loaded.stored.length > 0 ? loaded : null
    if (last && (now - last.at < maxAgeSeconds || isOut(now))) return last
    try {
      return await load(now)
    } catch (error) {
      if (last && error instanceof Unavailable) return last
      throw error
    }
  }

  async function open(key: StoredSigningKey): Promise<SigningKey | null> {
    const cached = signers.get(key.kid)
    if (cached) return cached
    const jwk = await keyring.open(SEAL_PURPOSE, key.sealedPrivateJwk, key.kid)
    if (jwk === null) return null
    const opened = { kid: key.kid, privateKey: await importSigningKey(JSON.parse(jwk)) }
    signers.set(key.kid, opened)
    return opened
  }

  async function mint(generation: number, activeFrom: number, now: number): Promise<void> {
    const { publicJwk, privateJwk } = await generateSigningKey()
    const sealedPrivateJwk = await keyring.seal(SEAL_PURPOSE, JSON.stringify(privateJwk), publicJwk.kid)
    const key = {
      kid: publicJwk.kid,
      generation,
      publicJwk: JSON.stringify(publicJwk),
      sealedPrivateJwk,
      createdAt: now,
      activeFrom,
    }
    const event = describeAct({ clock, random }, null, {
      what: 'signing_key_made',
      reason: `generation ${generation}`,
      userId: null,
    })
    if (await store.insert(key, event)) {
      logEvent({ log }, event)
      log('info', 'signing key made', { generation, active_from: activeFrom })
    }
    await copyPublicKeys(await load(now))
  }

  async function copyPublicKeys({ publicKeys }: Loaded): Promise<void> {
    const jwks = JSON.stringify({ keys: publicKeys })
    try {
      if ((await store.readPublicCopy()) !== jwks) await store.writePublicCopy(jwks)
    } catch (error) {
      log('warn', 'key copy not written', { reason: reasonOf(error) })
    }
  }

  async function newestOpenable(keys: readonly StoredSigningKey[], now: number): Promise<SigningKey | null> {
    for (const key of keys.toReversed()) {
      if (key.activeFrom > now) continue
      const opened = await open(key)
      if (opened) return opened
    }
    return null
  }

  async function current(): Promise<SigningKey> {
    const now = clock()
    const keys = await known(now)
    const signer = await newestOpenable(keys.stored, now)
    if (signer) return signer
    // No key yet, or none that today's secrets open: the new one signs at once, since nothing else can.
    await mint((keys.stored.at(-1)?.generation ?? 0) + 1, now, now)
    const minted = await newestOpenable((loaded ?? keys).stored, now)
    if (!minted) throw new Unavailable('signing keys', { reason: 'none can be opened with AUTH_SECRET' })
    return minted
  }

  async function findVerifier(kid: string): Promise<CryptoKey | null> {
    const now = clock()
    let jwk = loaded && now - loaded.at < maxAgeSeconds ? loaded.publicKeys.find((key) => key.kid === kid) : undefined
    if (!jwk && loaded && loaded.publicKeys.length > 0 && now - loaded.at < UNKNOWN_KID_COOLDOWN_SECONDS) return null
    jwk ??= (await askForPublicKeys()).find((key) => key.kid === kid)
    // It may be a new one, so it is no forgery before D1 has said so.
    if (!jwk && isOut(now)) throw new Unavailable('signing keys', { reason: 'unknown key id, and D1 does not answer' })
    if (!jwk) return null
    const cached = verifiers.get(kid)
    if (cached) return cached
    const verifier = await importSigningKey(jwk)
    verifiers.set(kid, verifier)
    return verifier
  }

  /** Asks D1 anew; while it is down, what this isolate knows, or the copy in KV. */
  async function askForPublicKeys(): Promise<readonly PublicJwk[]> {
    const now = clock()
    if (loaded && isOut(now)) return loaded.publicKeys
    try {
      return (await load(now)).publicKeys
    } catch (error) {
      if (loaded) return loaded.publicKeys
      const copy = await store.readPublicCopy()
      if (copy === null) throw error
      // As old as can be, so that D1 is asked as soon as it may answer again.
      loaded = { at: Number.NEGATIVE_INFINITY, stored: [], publicKeys: parseJwks(copy) }
      return loaded.publicKeys
    }
  }

  /** What this isolate knows, if that is fresh enough: the JWKS endpoint is open to everybody and must not cost D1 a read. */
  async function publicKeys(): Promise<readonly PublicJwk[]> {
    if (loaded && loaded.publicKeys.length > 0 && clock() - loaded.at < maxAgeSeconds) return loaded.publicKeys
    const keys = await askForPublicKeys()
    if (keys.length > 0) return keys
    await current()
    return askForPublicKeys()
  }

  async function rotate(): Promise<void> {
    const now = clock()
    const { stored } = await load(now)
    const newest = stored.at(-1)
    if (newest && newest.createdAt + settings.signingKeyRotationSeconds <= now) {
      await mint(newest.generation + 1, now + 2 * settings.jwksCacheSeconds, now)
    }
    const keys = loaded?.stored ?? stored
    // A key is needed until the last token that it signed, just before its successor took over, has expired.
    const retired = keys.filter((_, index) => {
      const successor = keys[index + 1]
      return successor && successor.activeFrom + settings.accessTokenTtlSeconds + settings.jwksCacheSeconds < now
    })
    await store.remove(retired.map((key) => key.kid))
    const currentKeyId = await keyring.currentKeyId()
    for (const key of keys) {
      if (key.sealedPrivateJwk.startsWith(`v1.${currentKeyId}.`)) continue
      const jwk = await keyring.open(SEAL_PURPOSE, key.sealedPrivateJwk, key.kid)
      if (jwk !== null) await store.reseal(key.kid, key.sealedPrivateJwk, await keyring.seal(SEAL_PURPOSE, jwk, key.kid))
    }
    await copyPublicKeys(await load(now))
  }

  return { current, findVerifier, publicKeys, rotate }
}

function parsePublicJwk(json: string): PublicJwk {
  const jwk: unknown = JSON.parse(json)
  if (!isPublicJwk(jwk)) throw new Error('Cannot read signing key: its public part is not an ES256 JWK')
  return jwk
}

function parseJwks(json: string): readonly PublicJwk[] {
  const jwks: unknown = JSON.parse(json)
  const keys = typeof jwks === 'object' && jwks !== null && 'keys' in jwks && Array.isArray(jwks.keys) ? jwks.keys : []
  return keys.filter(isPublicJwk)
}

function isPublicJwk(value: unknown): value is PublicJwk {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kid' in value &&
    typeof value.kid === 'string' &&
    'alg' in value &&
    value.alg === 'ES256' &&
    !('d' in value)
  )
}
