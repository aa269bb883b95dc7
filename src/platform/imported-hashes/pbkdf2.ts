// PBKDF2 (RFC 8018 §5.2) with HMAC-SHA-256 or -512, in PHC form, passlib's and Django's. WebCrypto counts to 100,000 and refuses
// more in production, so beyond that the count is run here, over the HMAC of @noble/hashes, whose own loop is sliced by the clock.
import { decodeBase64 } from '../base64.ts'
import type { Checkpoint } from '../checkpoint.ts'

export interface Pbkdf2Hash {
  readonly digest: 'SHA-256' | 'SHA-512'
  readonly iterations: number
  readonly salt: Uint8Array<ArrayBuffer>
  readonly hash: Uint8Array<ArrayBuffer>
}

const WEBCRYPTO_ITERATIONS = 100_000
/** Two or three seconds. Django 6.1 counts to 1.5 million by SHA-256, OWASP asks for 210,000 by SHA-512. */
const MAX_ITERATIONS = { 'SHA-256': 2_000_000, 'SHA-512': 500_000 }
const DIGEST_BYTES = { 'SHA-256': 32, 'SHA-512': 64 }
/** By SHA-512 some 15 ms. */
const SLICE_ITERATIONS = 4000

const PHC = /^\$pbkdf2-sha(256|512)\$i=([1-9]\d{0,6})(?:,l=([1-9]\d?))?\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/
const PASSLIB = /^\$pbkdf2-sha(256|512)\$([1-9]\d{0,6})\$([A-Za-z0-9./]+)\$([A-Za-z0-9./]+)$/
const DJANGO = /^pbkdf2_sha256\$([1-9]\d{0,6})\$([^$\s]{1,64})\$([A-Za-z0-9+/]{43})=$/

export function parsePbkdf2Hash(stored: string): Pbkdf2Hash | null {
  return parsePhc(stored) ?? parsePasslib(stored) ?? parseDjango(stored)
}

export async function runPbkdf2(
  password: Uint8Array<ArrayBuffer>,
  stored: Pbkdf2Hash,
  checkpoint: Checkpoint,
): Promise<Uint8Array<ArrayBuffer>> {
  return stored.iterations <= WEBCRYPTO_ITERATIONS ? runByWebCrypto(password, stored) : runHere(password, stored, checkpoint)
}

function parsePhc(stored: string): Pbkdf2Hash | null {
  const [, bits, iterations, length, salt, hash] = PHC.exec(stored) ?? []
  const parsed = check(bits, iterations, decodeBase64(salt ?? ''), decodeBase64(hash ?? ''))
  return parsed && length !== undefined && Number(length) !== parsed.hash.length ? null : parsed
}

/** The same with a bare count, and a point where base64 has a plus. */
function parsePasslib(stored: string): Pbkdf2Hash | null {
  const [, bits, iterations, salt, hash] = PASSLIB.exec(stored) ?? []
  const decode = (text = '') => decodeBase64(text.replaceAll('.', '+'))
  return check(bits, iterations, decode(salt), decode(hash))
}

/** Its salt is a word, not base64 of something. */
function parseDjango(stored: string): Pbkdf2Hash | null {
  const [, iterations, salt, hash] = DJANGO.exec(stored) ?? []
  return check('256', iterations, Uint8Array.from(new TextEncoder().encode(salt)), decodeBase64(hash ?? ''))
}

function check(
  bits: string | undefined,
  count: string | undefined,
  salt: Uint8Array<ArrayBuffer> | null,
  hash: Uint8Array<ArrayBuffer> | null,
): Pbkdf2Hash | null {
  if (bits === undefined || !salt || !hash) return null
  const digest = bits === '256' ? 'SHA-256' : 'SHA-512'
  const iterations = Number(count)
  if (iterations > MAX_ITERATIONS[digest] || salt.length < 1 || salt.length > 256) return null
  // A longer key would be a second run of the whole count; nobody stores one.
  if (hash.length < 16 || hash.length > DIGEST_BYTES[digest]) return null
  return { digest, iterations, salt, hash }
}

async function runByWebCrypto(password: Uint8Array<ArrayBuffer>, { digest, iterations, salt, hash }: Pbkdf2Hash) {
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
  const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: digest, salt, iterations }, key, hash.length * 8)
  return new Uint8Array(bits)
}

/** F(P, S, c, 1): the one block that a key no longer than the digest consists of. */
async function runHere(password: Uint8Array, { digest, iterations, salt, hash }: Pbkdf2Hash, checkpoint: Checkpoint) {
  const { hmac, sha256, sha512 } = await import('../noble.ts')
  const prf = digest === 'SHA-256' ? hmac.create(sha256, password) : hmac.create(sha512, password)
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
