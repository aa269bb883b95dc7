// Every key that comes from AUTH_SECRET, each bound to one purpose, and what is sealed or signed with them across a rotation
// of the secret: made with the current one, accepted from the previous one too. The secret itself never leaves this file.

import { decodeBase64Url, encodeBase64Url } from './base64.ts'
import { encodeHex } from './hex.ts'

/** 32 random bytes are 43 characters of base64 without padding. */
const SECRET_MIN_LENGTH = 43
const SECRET_MIN_DISTINCT = 10
/** Words that 32 random bytes in base64 do not spell by chance: each has at least six letters. */
const PLACEHOLDER = /change.?me|placeholder|example|password|secret|replace|insert|default|qwerty|letmein/i

const SEALED = /^v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/
const IV_BYTES = 12

export interface Keyring {
  /** Names the current secret in what is sealed or signed with it. */
  currentKeyId(): Promise<string>
  /** The HMAC-SHA-256 key for a purpose, of the current secret or of the one named; `null` when none has that name. */
  hmacKey(purpose: string, keyId?: string): Promise<{ keyId: string; key: CryptoKey } | null>
  /**
   * AES-256-GCM as `v1.<key id>.<iv>.<ciphertext and tag>`.
   * @param context what the text belongs to (a row's id); opening it anywhere else fails
   */
  seal(purpose: string, plaintext: string, context: string): Promise<string>
  /** What was sealed for this purpose and context, `null` when it cannot be opened. */
  open(purpose: string, sealed: string, context: string): Promise<string | null>
}

export interface AuthSecrets {
  readonly current: string
  readonly previous?: string
}

/** What is wrong with a secret, to be said after its name and "is", or `null`. Never says anything of its text. */
export function findSecretProblem(secret: string | undefined): string | null {
  if (secret === undefined || secret.trim() === '') return 'missing'
  if (secret.length < SECRET_MIN_LENGTH) return `shorter than ${SECRET_MIN_LENGTH} characters`
  const isWeak =
    new Set(secret).size < SECRET_MIN_DISTINCT || isRepetition(secret) || isSequence(secret) || PLACEHOLDER.test(secret)
  return isWeak ? 'weak' : null
}

/** 32 bytes by HKDF-SHA-256 (RFC 5869) with no salt: the secret is random already, only the purposes have to be kept apart. */
export async function deriveKeyBytes(secret: string, purpose: string): Promise<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder()
  const inputKey = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveBits'])
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode(`postern/${purpose}`) }
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, inputKey, 256))
}

/** Eight hex digits that name a secret without telling anything about it. */
export async function secretKeyId(secret: string): Promise<string> {
  const bytes = await deriveKeyBytes(secret, 'key-id')
  return encodeHex(bytes.subarray(0, 4))
}

export function createKeyring(
  { current, previous }: AuthSecrets,
  randomBytes: (length: number) => Uint8Array<ArrayBuffer> = (length) => crypto.getRandomValues(new Uint8Array(length)),
): Keyring {
  const keys = createKeyCache(previous ? [current, previous] : [current])

  return {
    currentKeyId: () => keys.currentKeyId(),

    async hmacKey(purpose, keyId) {
      const id = keyId ?? (await keys.currentKeyId())
      const key = await keys.find('hmac', purpose, id)
      return key && { keyId: id, key }
    },

    async seal(purpose, plaintext, context) {
      if (!plaintext.isWellFormed()) throw new TypeError('Cannot seal text: it is not valid Unicode text')
      const keyId = await keys.currentKeyId()
      const key = await keys.find('seal', purpose, keyId)
      if (!key) throw new Error('Cannot seal text: the current key is missing')
      const iv = randomBytes(IV_BYTES)
      const ciphertext = await crypto.subtle.encrypt(gcm(iv, context), key, new TextEncoder().encode(plaintext))
      return `v1.${keyId}.${encodeBase64Url(iv)}.${encodeBase64Url(new Uint8Array(ciphertext))}`
    },

    async open(purpose, sealed, context) {
      const [, keyId, ivText, ciphertextText] = SEALED.exec(sealed) ?? []
      const iv = decodeBase64Url(ivText ?? '')
      const ciphertext = decodeBase64Url(ciphertextText ?? '')
      const key = keyId === undefined ? null : await keys.find('seal', purpose, keyId)
      if (!key || !iv || !ciphertext) return null
      return decrypt(key, gcm(iv, context), ciphertext)
    },
  }
}

type KeyUse = 'hmac' | 'seal'

/**
 * Derived keys are kept as values, never as promises: in a Worker a promise that another request made may never settle, as
 * that request may have been cancelled. Two requests at once may both derive a key, which gives the same key twice.
 */
function createKeyCache(secrets: readonly string[]) {
  let secretsById: ReadonlyMap<string, string> | null = null
  const keys = new Map<string, CryptoKey>()

  async function findSecrets(): Promise<ReadonlyMap<string, string>> {
    if (secretsById) return secretsById
    const found = new Map<string, string>()
    for (const secret of secrets) found.set(await secretKeyId(secret), secret)
    secretsById = found
    return found
  }

  return {
    async currentKeyId(): Promise<string> {
      const [id] = (await findSecrets()).keys()
      if (id === undefined) throw new Error('Cannot name the current key: there is no secret')
      return id
    },

    async find(use: KeyUse, purpose: string, keyId: string): Promise<CryptoKey | null> {
      const name = `${keyId}/${use}/${purpose}`
      const known = keys.get(name)
      if (known) return known
      const secret = (await findSecrets()).get(keyId)
      if (secret === undefined) return null
      const key = await importKey(use, await deriveKeyBytes(secret, `${use}/${purpose}`))
      keys.set(name, key)
      return key
    },
  }
}

function importKey(use: KeyUse, bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return use === 'hmac'
    ? crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
    : crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

function gcm(iv: Uint8Array<ArrayBuffer>, context: string) {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(context) }
}

async function decrypt(
  key: CryptoKey,
  algorithm: ReturnType<typeof gcm>,
  ciphertext: Uint8Array<ArrayBuffer>,
): Promise<string | null> {
  try {
    // Without `ignoreBOM` a text that begins with U+FEFF would come back shorter than it was sealed.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      await crypto.subtle.decrypt(algorithm, key, ciphertext),
    )
  } catch {
    // WebCrypto says "OperationError" for a wrong tag, whatever was changed: the text, its context or the key.
    return null
  }
}

/** Whether the text is one unit said twice or more, the last time perhaps cut short. */
function isRepetition(text: string): boolean {
  for (let period = 1; period <= text.length / 2; period += 1) {
    if (text.startsWith(text.slice(period))) return true
  }
  return false
}

/** Whether most characters follow from the one before, as in `abcd…` or `9876…`. */
function isSequence(text: string): boolean {
  let steps = 0
  for (let index = 1; index < text.length; index += 1) {
    if (Math.abs(text.charCodeAt(index) - text.charCodeAt(index - 1)) <= 1) steps += 1
  }
  return steps > text.length / 2
}
