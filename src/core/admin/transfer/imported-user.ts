// One line of an import or export: a JSON object a user, its members named as in the v1 API. What is wrong with a line is told by
// member and rule, never with its value, which may be a hash.

import { readExportedHash } from '../../../platform/hashing/imported/exported-hash.ts'
import type { Secret } from '../../../platform/hashing/secret.ts'
import { parseEmailAddress } from '../../../platform/identifiers/email-address.ts'
import { type Locale, parseLocale } from '../../../platform/identifiers/locale.ts'
import { findMixtureProblem } from '../../../platform/identifiers/new-username.ts'
import { parsePersonName } from '../../../platform/identifiers/person-name.ts'
import { parseUsername } from '../../../platform/identifiers/username.ts'
import { renderTime } from '../../../platform/runtime/rfc3339.ts'
import type { Account } from '../../../stores/accounts/account.ts'
import type { ExportedAccount } from '../../../stores/accounts/managed-accounts.ts'
import { findPermissionProblem } from '../permission-rules.ts'

export interface ImportedUser {
  /** Names the user for good, whatever becomes of the address; `null`: there is nothing but the address in the file. */
  readonly sourceId: string | null
  /** The id of a user that is named by an external one. */
  readonly secondId: string | null
  readonly externalId: string | null
  readonly email: string
  readonly username: string | null
  readonly usernameKey: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  /** `null`: the user sets a password by the link of a forgotten one. */
  readonly hash: Secret | null
  readonly isVerified: boolean
  readonly isDisabled: boolean
  readonly permissions: readonly string[]
  readonly locale: Locale | null
  /** Sorted; empty where none is known of. */
  readonly factors: readonly string[]
  /** Epoch seconds; `null`: now. */
  readonly createdAt: number | null
}

/** A line that cannot be imported. */
export class BadLine extends Error {
  override readonly name = 'BadLine'
}

const MEMBERS = [
  'id',
  'external_id',
  'email',
  'username',
  'first_name',
  'last_name',
  'hash',
  'verified',
  'disabled',
  'permissions',
  'locale',
  'factors',
  'created_at',
] as const
type Members = Partial<Record<(typeof MEMBERS)[number], unknown>>

const FACTOR = /^[a-z0-9_-]{1,32}$/
const MAX_FACTORS = 20
const ID = /^[^\p{C}\p{Zl}\p{Zp}]{1,255}$/u
/** RFC 3339, or its date alone. */
const TIME = /^(\d{4}-\d\d-\d\d)([Tt ]([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d))?$/
/** Of JSON: a string, with the colon of a member's name, or a bracket. */
const TOKEN = /"(?:[^"\\]|\\.)*"\s*(:)?|[{}[\]]/g

/** @param now epoch seconds: nobody was made later @throws BadLine with everything that is wrong */
export function parseImportedUser(line: string, now: number): ImportedUser {
  const members = parseObject(line)
  const problems: string[] = []
  const read = <T>(name: keyof Members, parse: (value: unknown) => T | null, rule: string): T | null => {
    // As in a form, what is empty is not there.
    const value = members[name] === '' ? null : (members[name] ?? null)
    const parsed = value === null ? null : parse(value)
    if (value !== null && parsed === null) problems.push(`${name} must be ${rule}`)
    return parsed
  }
  const id = read('id', parseId, 'a text of 1 to 255 characters on one line, or a whole number')
  const externalId = read('external_id', parseId, 'a text of 1 to 255 characters on one line, or a whole number')
  const email = read('email', text(parseEmailAddress), 'a plain e-mail address')
  const username = read('username', text(parseUsername), '1 to 64 letters, digits, spaces inside, or . _ -')
  const firstName = read('first_name', text(parsePersonName), '1 to 100 characters without control characters')
  const lastName = read('last_name', text(parsePersonName), '1 to 100 characters without control characters')
  const hash = read('hash', readExportedHash, 'a password hash of a known form and of a bearable cost')
  const isVerified = read('verified', boolean, 'true or false')
  const isDisabled = read('disabled', boolean, 'true or false')
  const permissions = read('permissions', parsePermissions, 'a list of names of 1 to 64 of the characters A-Z a-z 0-9 . _ : -')
  // A language that there are no words in is none.
  const locale = read(
    'locale',
    text((tag) => ({ locale: parseLocale(tag) })),
    'a language such as "es"',
  )
  const factors = read('factors', parseFactors, 'a list of at most 20 names such as "totp"')
  const createdAt = read(
    'created_at',
    (value) => parseTime(value, now),
    'a time such as "2024-02-29T12:00:00Z", since 1970 and not to come',
  )
  const mixture = username && findMixtureProblem(username)
  if (mixture) problems.push(`username ${mixture}`)
  if ((members.email ?? '') === '') problems.push('email is missing')
  if (email === null || problems.length > 0) throw new BadLine(problems.join('; '))
  return {
    sourceId: externalId !== null ? `x:${externalId}` : id !== null ? `i:${id}` : null,
    secondId: externalId !== null && id !== null ? `i:${id}` : null,
    externalId,
    email,
    username: username?.username ?? null,
    usernameKey: username?.key ?? null,
    firstName,
    lastName,
    hash,
    isVerified: isVerified ?? false,
    isDisabled: isDisabled ?? false,
    permissions: permissions ?? [],
    locale: locale?.locale ?? null,
    factors: factors ?? [],
    createdAt,
  }
}

/** The line that would import this account again: all that there is of it but what opens a session, and what is sealed. */
export function renderExportedUser({ account: user, passwordHash }: ExportedAccount): string {
  const factors = new Set([...importedFactorsOf(user), ...(user.pinName === null ? [] : ['pin'])])
  return JSON.stringify({
    id: user.id,
    ...(user.externalId !== null && { external_id: user.externalId }),
    email: user.email,
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    hash: passwordHash,
    verified: user.emailVerifiedAt !== null,
    ...(user.disabledAt !== null && { disabled: true }),
    permissions: user.permissions,
    ...(user.locale !== null && { locale: user.locale }),
    ...(factors.size > 0 && { factors: [...factors].sort() }),
    created_at: renderTime(user.createdAt),
  })
}

export function importedFactorsOf({ importedFactors }: Pick<Account, 'importedFactors'>): string[] {
  return importedFactors === null ? [] : JSON.parse(importedFactors)
}

function parseObject(line: string): Members {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new BadLine('is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadLine('is not a JSON object')
  const unknown = Object.keys(value).filter((name) => !MEMBERS.some((member) => member === name))
  // A misspelt member would be lost without a word. A name that is no name is not repeated.
  if (unknown.length > 0) throw new BadLine(`has members that mean nothing: ${unknown.map(describeName).join(', ')}`)
  if (countMembers(line) > Object.keys(value).length) throw new BadLine('has a member twice')
  return value
}

/** Of the outermost object. JSON.parse keeps the last of those with one name. */
function countMembers(json: string): number {
  let [depth, members] = [0, 0]
  for (const [token, colon] of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else if (colon !== undefined && depth === 1) members += 1
  }
  return members
}

function describeName(name: string): string {
  return /^\w{1,40}$/.test(name) ? name : '(another)'
}

function text<T>(parse: (text: string) => T | null): (value: unknown) => T | null {
  return (value) => (typeof value === 'string' ? parse(value) : null)
}

function boolean(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null
}

function parseId(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null
  return typeof value === 'string' && value.isWellFormed() && ID.test(value) ? value : null
}

function parsePermissions(value: unknown): readonly string[] | null {
  const isList = Array.isArray(value) && value.every((name) => typeof name === 'string')
  return isList && findPermissionProblem(value) === null ? [...new Set<string>(value)].sort() : null
}

function parseFactors(value: unknown): readonly string[] | null {
  if (!Array.isArray(value) || value.length > MAX_FACTORS) return null
  return value.every((name) => typeof name === 'string' && FACTOR.test(name)) ? [...new Set<string>(value)].sort() : null
}

function parseTime(value: unknown, now: number): number | null {
  const date = typeof value === 'string' ? TIME.exec(value)?.[1] : undefined
  // `Date` takes the 30th of February for the 2nd of March.
  if (typeof value !== 'string' || date === undefined || !isDate(date)) return null
  const seconds = Math.floor(Date.parse(value.replace(' ', 'T')) / 1000)
  return seconds >= 0 && seconds <= now ? seconds : null
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}
