// A password as other systems export it: a string that they stored, base64 of that string, or the object that their export has of it.
// All become a string that sign-in can check (formats.ts).

import { encodeBase64 } from '../../crypto/base64.ts'
import { decodeHex } from '../../crypto/hex.ts'
import type { Secret } from '../secret.ts'
import { parseStoredHash } from './formats.ts'
import { decodePaddedBase64 } from './phc.ts'

type Members = Readonly<Record<string, unknown>>
type Read = (members: Members) => string | null

/** One row a kind of export. Objects of none are refused: a member that is not understood could change what the hash means. */
const EXPORTS: readonly Read[] = [readKeycloak, readFirebase, readClerk, readPassportLocal]

/** The stored string, `null` for what is of no known form or asks for more than a check may cost. */
export function readExportedHash(value: unknown): Secret | null {
  const text = typeof value === 'string' ? value : readObject(value)
  if (text === null) return null
  if (parseStoredHash(text)) return text as Secret
  const inner = decodeWhole(text)
  return inner !== null && parseStoredHash(inner) ? (inner as Secret) : null
}

function readObject(value: unknown): string | null {
  if (!isObject(value)) return null
  for (const read of EXPORTS) {
    const text = read(value)
    if (text !== null) return text
  }
  return null
}

/** Some store base64 of the whole string. */
function decodeWhole(text: string): string | null {
  const bytes = decodePaddedBase64(text)
  return bytes && new TextDecoder().decode(bytes)
}

/** A credential of a realm export: `secretData` and `credentialData` are JSON in JSON, or are objects. */
function readKeycloak(credential: Members): string | null {
  const secret = parseMember(credential.secretData)
  const data = parseMember(credential.credentialData)
  if (!secret || !data || (credential.type ?? 'password') !== 'password') return null
  const { value: hash, salt } = secret
  if (data.algorithm === 'bcrypt' && typeof hash === 'string') return hash
  const count = data.hashIterations
  const ends = `$${salt}$${hash}`
  if (String(data.algorithm).startsWith('pbkdf2')) return `$${data.algorithm}$i=${count}${ends}`
  if (data.algorithm !== 'argon2') return null
  // Each of them is a list of one text.
  const more = parseMember(data.additionalParameters) ?? {}
  const first = (name: string) => [more[name]].flat()[0]
  const version = new Map<unknown, number>([
    ['1.3', 19],
    ['1.0', 16],
  ]).get(first('version') ?? '1.3')
  return `$argon2${first('type') ?? 'id'}$v=${version}$m=${first('memory')},t=${count},p=${first('parallelism')}${ends}`
}

/** A user of `firebase auth:export` with the hash parameters of the project beside: `base64_signer_key` and so on, or in camel case. */
function readFirebase(user: Members): string | null {
  const of = (...names: readonly string[]) => names.map((name) => user[name]).find((value) => value !== undefined)
  const signerKey = of('base64_signer_key', 'signerKey')
  if (typeof user.passwordHash !== 'string' || typeof user.salt !== 'string' || typeof signerKey !== 'string') return null
  const separator = of('base64_salt_separator', 'saltSeparator')
  return firebaseHash({
    hash: user.passwordHash,
    salt: user.salt,
    signerKey,
    separator: String(separator),
    rounds: String(of('rounds')),
    memory: String(of('mem_cost', 'memCost', 'memoryCost')),
  })
}

/** `password_hasher` says what `password_digest` is. */
function readClerk({ password_hasher: hasher, password_digest: digest }: Members): string | null {
  if (typeof digest !== 'string') return null
  const [first = '', count, salt = '', hash = '', ...rest] = digest.split('$')
  switch (hasher) {
    case 'bcrypt':
    case 'bcrypt_sha256_django':
    case 'argon2id':
    case 'pbkdf2_sha256_django':
      return digest
    case 'pbkdf2_sha256':
    case 'pbkdf2_sha512':
      return `$${first.replace('_', '-')}$i=${count}$${salt}$${hash}`
    case 'pbkdf2_sha1': {
      // As Django's, but in hex.
      const bytes = decodeHex(hash)
      return bytes && `${first}$${count}$${salt}$${encodeBase64(bytes)}`
    }
    case 'scrypt_firebase': {
      const [rounds = '', memory = ''] = rest
      return firebaseHash({ hash: first, salt: count ?? '', signerKey: salt, separator: hash, rounds, memory })
    }
    default:
      return null
  }
}

/** passport-local-mongoose: both in hex, the salt's digits used as they are, parameters only where they are not its defaults. */
function readPassportLocal({ salt, hash, iterations = 25_000, digestAlgorithm = 'sha256' }: Members): string | null {
  const bytes = typeof hash === 'string' ? decodeHex(hash) : null
  if (!bytes || typeof salt !== 'string') return null
  return `$pbkdf2-${digestAlgorithm}$i=${iterations}$${encodeBase64(new TextEncoder().encode(salt))}$${encodeBase64(bytes)}`
}

interface FirebaseParts {
  readonly hash: string
  readonly salt: string
  readonly signerKey: string
  readonly separator: string
  readonly rounds: string
  readonly memory: string
}

function firebaseHash({ hash, salt, signerKey, separator, rounds, memory }: FirebaseParts): string {
  // Its Admin SDK exports base64url.
  const standard = (text: string) => text.replaceAll('-', '+').replaceAll('_', '/')
  const parameters = `v=1,n=${memory},r=${rounds},p=1,ss=${standard(separator)},sk=${standard(signerKey)}`
  return `$fbscrypt$${parameters}$${standard(salt)}$${standard(hash)}`
}

function parseMember(value: unknown): Members | null {
  if (typeof value !== 'string') return isObject(value) ? value : null
  try {
    const parsed: unknown = JSON.parse(value)
    return isObject(parsed) ? parsed : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
