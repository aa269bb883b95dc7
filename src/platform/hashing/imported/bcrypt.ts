// bcrypt (Provos and Mazières, 1999) as other systems stored it: `$2a$`, `$2b$`, `$2y$`, which mean the same for passwords that
// any of them handled right. Checks what others made; nothing new is ever hashed like this.

import { encodeBase64 } from '../../crypto/base64.ts'
import { isEqual } from '../../crypto/equal-bytes.ts'
import { encodeHex } from '../../crypto/hex.ts'
import type { Checkpoint } from '../checkpoint.ts'
import { createBlowfish, encipher, expandKey } from './eksblowfish.ts'
import type { Bytes } from './password-input.ts'
import type { StoredHash } from './stored-hash.ts'

interface BcryptHash {
  readonly cost: number
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

/** 14 takes a second or two, which is where people who raise it stop. */
const MAX_COST = 14
const MIN_COST = 4
/** Of 2^cost rounds; some 20 ms. */
const SLICE_ROUNDS = 256
/** bcrypt's key schedule has eighteen words of room: what is longer was never looked at. */
const KEY_BYTES = 72
const SALT_BYTES = 16
/** Of the 24 that come out, every implementation drops the last. */
const HASH_BYTES = 23
const MAGIC = 'OrpheanBeholderScryDoubt'

const BASE64 = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
/** With Django's prefix or without. */
const PLAIN = /^(?:bcrypt\$)?\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/
const DJANGO_SHA256 = /^bcrypt_sha256\$\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/
const PASSLIB_SHA256 = /^\$bcrypt-sha256\$(?:(2[aby]),|v=(2),t=2b,r=)([1-9]\d?)\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/

export function parseBcrypt(text: string): StoredHash | null {
  const [, cost, salt, hash] = PLAIN.exec(text) ?? []
  const parsed = parse(cost, salt, hash)
  return parsed && { input: 'bcrypt', check: (input, { checkpoint }) => check(input, parsed, checkpoint) }
}

/** Django's BCryptSHA256: over the hex digest of SHA-256, which bcrypt reads whole. */
export function parseDjangoBcryptSha256(text: string): StoredHash | null {
  const [, cost, salt, hash] = DJANGO_SHA256.exec(text) ?? []
  const parsed = parse(cost, salt, hash)
  return (
    parsed && {
      input: 'text',
      check: async (input, { checkpoint }) => check(encode(encodeHex(await sha256(input))), parsed, checkpoint),
    }
  )
}

/** passlib's bcrypt_sha256: over base64 of SHA-256, since its version 2 as an HMAC by the salt's text. */
export function parsePasslibBcryptSha256(text: string): StoredHash | null {
  const [, , version, cost, salt = '', hash] = PASSLIB_SHA256.exec(text) ?? []
  const parsed = parse(cost, salt, hash)
  if (!parsed) return null
  const digest = version === '2' ? (input: Bytes) => hmacSha256(encode(salt), input) : sha256
  return {
    input: 'text',
    check: async (input, { checkpoint }) => {
      // passlib's base64 is padded, as the digest is 32 bytes by one character.
      return check(encode(`${encodeBase64(await digest(input))}=`), parsed, checkpoint)
    },
  }
}

function parse(cost: string | undefined, salt = '', hash = ''): BcryptHash | null {
  if (cost === undefined || Number(cost) < MIN_COST || Number(cost) > MAX_COST) return null
  return { cost: Number(cost), salt: decode(salt, SALT_BYTES), hash: decode(hash, HASH_BYTES) }
}

async function check(input: Bytes, stored: BcryptHash, checkpoint: Checkpoint): Promise<boolean> {
  return isEqual(await runBcrypt(input, stored, checkpoint), stored.hash)
}

/** With a NUL in the password this is what most C libraries made of it, a shorter password: for the caller to refuse. */
async function runBcrypt(password: Bytes, { cost, salt }: BcryptHash, checkpoint: Checkpoint): Promise<Uint8Array> {
  const key = keyWords(password)
  const saltWords = toWords(salt)
  // The salt as a key: four words, over and over.
  const saltKey = Int32Array.from({ length: 18 }, (_, index) => saltWords[index % 4] ?? 0)
  const state = createBlowfish()
  expandKey(state, key, saltWords)
  for (let done = 0; done < 2 ** cost; ) {
    const end = Math.min(2 ** cost, done + SLICE_ROUNDS)
    for (; done < end; done += 1) {
      expandKey(state, key, null)
      expandKey(state, saltKey, null)
    }
    await checkpoint()
  }
  const text = toWords(new TextEncoder().encode(MAGIC))
  for (let at = 0; at < text.length; at += 2) for (let times = 0; times < 64; times += 1) encipher(state, text, at)
  const view = new DataView(new ArrayBuffer(24))
  for (const [index, word] of text.entries()) view.setInt32(index * 4, word)
  return new Uint8Array(view.buffer, 0, HASH_BYTES)
}

/** The password and its closing NUL, over and over, until 72 bytes are full. */
function keyWords(password: Uint8Array): Int32Array {
  const end = password.indexOf(0)
  const text = end < 0 ? password : password.subarray(0, end)
  const bytes = Uint8Array.from({ length: KEY_BYTES }, (_, index) => text[index % (text.length + 1)] ?? 0)
  return toWords(bytes)
}

function toWords(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int32Array.from({ length: bytes.length / 4 }, (_, index) => view.getInt32(index * 4))
}

/** bcrypt's own base64. Spare bits at the end are let pass: some makers of salts have left rubbish there. */
function decode(text: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let bits = 0
  let at = 0
  for (const [index, character] of [...text].entries()) {
    bits = ((bits << 6) | BASE64.indexOf(character)) & 0xffff
    // A byte is whole after the second, third and fourth character of every four.
    if (index % 4 !== 0 && at < length) bytes[at++] = bits >> (6 - 2 * (index % 4))
  }
  return bytes
}

async function sha256(bytes: Bytes): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

async function hmacSha256(key: Bytes, bytes: Bytes): Promise<Uint8Array> {
  const hmac = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', hmac, bytes))
}

function encode(text: string): Bytes {
  return Uint8Array.from(new TextEncoder().encode(text))
}
