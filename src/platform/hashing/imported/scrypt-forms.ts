// scrypt as it is stored here and elsewhere. The engine of this service runs it; Firebase's adds a cipher.

import { isEqual } from '../../crypto/equal-bytes.ts'
import { decodeHex } from '../../crypto/hex.ts'
import { HASH_MEMORY_BYTES, MAX_LANES, type ScryptParameters, scryptCost } from '../scrypt.ts'
import type { Bytes, InputForm } from './password-input.ts'
import { decodePaddedBase64, parsePhc, readCount, readNumbers } from './phc.ts'
import type { HashTools, StoredHash } from './stored-hash.ts'

export interface ScryptHash extends StoredHash {
  readonly scrypt: ScryptParameters
  readonly salt: Bytes
  readonly hash: Bytes
}

/** Of N·r·p and of what is computed again for want of memory: a second or so of a server's processor. */
const MAX_WORK = 2 ** 22
const BETTER_AUTH = /^([0-9a-f]{32}):([0-9a-f]{128})$/
const DJANGO = /^scrypt\$([^$\s]{1,64})\$([1-9]\d{0,6})\$([1-9]\d{0,3})\$([1-9]\d{0,3})\$([A-Za-z0-9+/]+={0,2})$/
const FIREBASE_KEY_BYTES = 32

/**
 * `$scrypt$ln=15,r=8,p=3$salt$hash`. Where Postern made one anew of a hash that confused passwords it says how they are read:
 * `input=nfkc`, `input=bcrypt`.
 */
export function parseScryptPhc(text: string): ScryptHash | null {
  const phc = parsePhc(text)
  if (phc?.id !== 'scrypt' || phc.version !== null) return null
  const parameters = new Map(phc.parameters)
  const input = parameters.get('input') ?? 'text'
  parameters.delete('input')
  const [ln, r, p] = readNumbers({ ...phc, parameters }, ['ln', 'r', 'p']) ?? []
  return isInputForm(input) ? scryptHash({ ln, r, p }, phc.salt, phc.hash, input) : null
}

/** better-auth's `salt:key` in hex: fixed parameters, NFKC, and for a salt the hex digits, not the bytes they stand for. */
export function parseBetterAuthHash(text: string): ScryptHash | null {
  const [, salt, key] = BETTER_AUTH.exec(text) ?? []
  if (salt === undefined || key === undefined) return null
  return scryptHash({ ln: 14, r: 16, p: 1 }, encode(salt), decodeHex(key) ?? new Uint8Array(), 'nfkc')
}

/** Django's `scrypt$salt$N$r$p$hash`; its salt is a word, not base64 of something. */
export function parseDjangoScrypt(text: string): ScryptHash | null {
  const [, salt = '', n, r, p, hashText = ''] = DJANGO.exec(text) ?? []
  const hash = decodePaddedBase64(hashText)
  const ln = Math.log2(Number(n))
  if (!hash || !Number.isInteger(ln)) return null
  return scryptHash({ ln, r: Number(r), p: Number(p) }, encode(salt), hash, 'text')
}

/**
 * Firebase's, `$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=…$salt$hash` as Supabase writes it: scrypt over salt and separator gives a key, by
 * which the project's signer key is enciphered (AES-256-CTR). What comes out is the hash.
 */
export function parseFirebaseHash(text: string): StoredHash | null {
  const phc = parsePhc(text)
  if (phc?.id !== 'fbscrypt' || phc.parameters.size !== 6 || phc.parameters.get('v') !== '1') return null
  const [ln, r, p] = ['n', 'r', 'p'].map((name) => readCount(phc.parameters.get(name)))
  const separator = decodePaddedBase64(phc.parameters.get('ss') ?? '!')
  const signerKey = decodePaddedBase64(phc.parameters.get('sk') ?? '!')
  if (!separator || signerKey?.length !== phc.hash.length || !ln || !r || !p) return null
  const salt = Uint8Array.from([...phc.salt, ...separator])
  const scrypt = { ln, r, p }
  if (!isWithinBounds(scrypt, salt, phc.hash)) return null
  return {
    input: 'text',
    scrypt,
    check: async (input, { engine, checkpoint }) => {
      const derived = await engine.derive(input, salt, scrypt, FIREBASE_KEY_BYTES, checkpoint)
      const key = await crypto.subtle.importKey('raw', Uint8Array.from(derived), 'AES-CTR', false, ['encrypt'])
      const algorithm = { name: 'AES-CTR', counter: new Uint8Array(16), length: 64 }
      return isEqual(new Uint8Array(await crypto.subtle.encrypt(algorithm, key, signerKey)), phc.hash)
    },
  }
}

/** Whether a hash with these is ever run, be it for the operator who set them or for a string that came from elsewhere. */
export function isAffordable(parameters: ScryptParameters): boolean {
  const { ln, r, p } = parameters
  // RFC 7914 §2: N is less than 2^(128·r/8).
  if (ln >= 16 * r) return false
  // A row that is not kept is computed again, half the rows between two kept ones on average, whenever it is asked for.
  const tableBytes = 128 * r * 2 ** ln * Math.min(p, MAX_LANES)
  const rowsPerKept = Math.max(1, tableBytes / HASH_MEMORY_BYTES)
  return scryptCost(parameters) * (1 + (rowsPerKept - 1) / 4) <= MAX_WORK
}

function scryptHash(
  { ln, r, p }: { [Name in keyof ScryptParameters]: number | undefined },
  salt: Bytes,
  hash: Bytes,
  input: InputForm,
): ScryptHash | null {
  if (!ln || !r || !p || !isWithinBounds({ ln, r, p }, salt, hash)) return null
  const scrypt = { ln, r, p }
  const check = async (typed: Bytes, { engine, checkpoint }: HashTools) =>
    isEqual(await engine.derive(typed, salt, scrypt, hash.length, checkpoint), hash)
  return { input, scrypt, salt, hash, check }
}

function isWithinBounds(parameters: ScryptParameters, salt: Bytes, hash: Bytes): boolean {
  // Firebase's salts are ten bytes, and the least that anybody writes is eight.
  return isAffordable(parameters) && salt.length >= 8 && salt.length <= 64 && hash.length >= 16 && hash.length <= 64
}

function isInputForm(text: string): text is InputForm {
  return text === 'text' || text === 'nfkc' || text === 'bcrypt'
}

function encode(text: string): Bytes {
  return Uint8Array.from(new TextEncoder().encode(text))
}
