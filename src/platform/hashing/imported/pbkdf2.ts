// PBKDF2 (RFC 8018 §5.2) with HMAC-SHA-1, -256 or -512, in PHC form, passlib's and Django's. WebCrypto counts to 100,000 and refuses
// more in production, so beyond that the count is run here, over the HMAC of @noble/hashes, whose own loop is sliced by the clock.

import { decodeBase64 } from '../../crypto/base64.ts'
import { isEqual } from '../../crypto/equal-bytes.ts'
import type { Checkpoint } from '../checkpoint.ts'
import type { Bytes } from './password-input.ts'
import { decodePaddedBase64, parsePhc, readCount } from './phc.ts'
import type { StoredHash } from './stored-hash.ts'

interface Pbkdf2Hash {
  readonly digest: Digest
  readonly iterations: number
  readonly salt: Bytes
  /** The first block: no longer than the digest. */
  readonly hash: Bytes
}

const WEBCRYPTO_ITERATIONS = 100_000
/** By SHA-512 some 15 ms. */
const SLICE_ITERATIONS = 4000
const MAX_HASH_BYTES = 1024

type Digest = 'SHA-1' | 'SHA-256' | 'SHA-512'
/**
 * Two or three seconds each. Keycloak counts to 1.3 million by SHA-1, Django 6.1 to 1.5 million by SHA-256, OWASP asks for 210,000 by
 * SHA-512.
 */
const MAX_ITERATIONS: Record<Digest, number> = { 'SHA-1': 2_000_000, 'SHA-256': 2_000_000, 'SHA-512': 500_000 }
const DIGEST_BYTES: Record<Digest, number> = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-512': 64 }
const DIGESTS: ReadonlyMap<string | undefined, Digest> = new Map([
  ['pbkdf2', 'SHA-1'],
  ['pbkdf2-sha1', 'SHA-1'],
  ['pbkdf2-sha256', 'SHA-256'],
  ['pbkdf2-sha512', 'SHA-512'],
])

const PASSLIB = /^\$(pbkdf2(?:-sha256|-sha512)?)\$([1-9]\d{0,6})\$([A-Za-z0-9./]+)\$([A-Za-z0-9./]+)$/
const DJANGO = /^pbkdf2_(sha1|sha256)\$([1-9]\d{0,6})\$([^$\s]{1,64})\$([A-Za-z0-9+/]+={0,2})$/

/** `$pbkdf2-sha256$i=600000,l=32$salt$hash` */
export function parsePbkdf2Phc(text: string): StoredHash | null {
  const phc = parsePhc(text)
  if (!phc || phc.version !== null) return null
  const { parameters, salt, hash } = phc
  const length = parameters.get('l')
  const hasOthers = parameters.size !== (length === undefined ? 1 : 2)
  if (hasOthers || (length !== undefined && readCount(length) !== hash.length)) return null
  return storedHash(DIGESTS.get(phc.id), readCount(parameters.get('i')), salt, hash)
}

/** The same with a bare count, and a point where base64 has a plus. */
export function parsePasslibPbkdf2(text: string): StoredHash | null {
  const [, id, iterations, salt, hash] = PASSLIB.exec(text) ?? []
  const decode = (part = '') => decodeBase64(part.replaceAll('.', '+'))
  return storedHash(DIGESTS.get(id), readCount(iterations), decode(salt), decode(hash))
}

/** Its salt is a word, not base64 of something. */
export function parseDjangoPbkdf2(text: string): StoredHash | null {
  const [, digest, iterations, salt = '', hash = ''] = DJANGO.exec(text) ?? []
  const saltBytes = Uint8Array.from(new TextEncoder().encode(salt))
  return storedHash(DIGESTS.get(`pbkdf2-${digest}`), readCount(iterations), saltBytes, decodePaddedBase64(hash))
}

function storedHash(
  digest: Digest | undefined,
  iterations: number | null,
  salt: Bytes | null,
  whole: Bytes | null,
): StoredHash | null {
  if (!digest || !iterations || !salt || !whole) return null
  if (iterations > MAX_ITERATIONS[digest] || salt.length < 1 || salt.length > 256) return null
  if (whole.length < 16 || whole.length > MAX_HASH_BYTES) return null
  // The first block decides. Every further one is a run of the whole count over the same password, which whoever guesses would
  // not make either.
  const stored = { digest, iterations, salt, hash: whole.slice(0, DIGEST_BYTES[digest]) }
  return {
    input: 'text',
    check: async (input, { checkpoint }) => isEqual(await runPbkdf2(input, stored, checkpoint), stored.hash),
  }
}

async function runPbkdf2(password: Bytes, stored: Pbkdf2Hash, checkpoint: Checkpoint): Promise<Bytes> {
  await checkpoint()
  return stored.iterations <= WEBCRYPTO_ITERATIONS ? runByWebCrypto(password, stored) : runHere(password, stored, checkpoint)
}

async function runByWebCrypto(password: Bytes, { digest, iterations, salt, hash }: Pbkdf2Hash) {
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
  const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: digest, salt, iterations }, key, hash.length * 8)
  return new Uint8Array(bits)
}

/** F(P, S, c, 1): the one block that a key no longer than the digest consists of. */
async function runHere(password: Uint8Array, { digest, iterations, salt, hash }: Pbkdf2Hash, checkpoint: Checkpoint) {
  const { hmac, sha1, sha256, sha512 } = await import('../../crypto/noble.ts')
  const prf = hmac.create({ 'SHA-1': sha1, 'SHA-256': sha256, 'SHA-512': sha512 }[digest], password)
  const u = prf
    .clone()
    .update(salt)
    .update(Uint8Array.of(0, 0, 0, 1))
    .digest()
  const block = Uint8Array.from(u)
  let work = prf.clone()
  for (let done = 1; done < iterations; ) {
    const end = Math.min(iterations, done + SLICE_ITERATIONS)
    for (; done < end; done += 1) {
      work = prf._cloneInto(work)
      work.update(u).digestInto(u)
      for (let index = 0; index < block.length; index += 1) block[index] = (block[index] ?? 0) ^ (u[index] ?? 0)
    }
    await checkpoint()
  }
  return block.slice(0, hash.length)
}
