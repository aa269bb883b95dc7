// One line of an import or export: a JSON object per user, its members named as in the v1 API. What is wrong with a line is told by
// member and rule, never with its value, which may be a hash.
import { parseEmailAddress } from '../../src/platform/email-address.ts'
import { readExportedHash } from '../../src/platform/imported-hashes/exported-hash.ts'
import { parsePersonName } from '../../src/platform/person-name.ts'
import { parseUsername } from '../../src/platform/username.ts'
import type { Row } from '../operator/sql.ts'
import { PERMISSION } from './statements.ts'

export interface ImportedUser {
  readonly email: string
  readonly username: string | null
  readonly usernameKey: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  readonly hash: string
  readonly isVerified: boolean
  readonly isDisabled: boolean
  readonly permissions: readonly string[]
}

/** A line that cannot be imported. */
export class BadLine extends Error {
  override readonly name = 'BadLine'
}

const MEMBERS = ['email', 'username', 'first_name', 'last_name', 'hash', 'verified', 'disabled', 'permissions'] as const
type Members = Partial<Record<(typeof MEMBERS)[number], unknown>>

/** @throws BadLine with everything that is wrong */
export function parseImportedUser(line: string): ImportedUser {
  const members = parseObject(line)
  const problems: string[] = []
  const read = <T>(name: keyof Members, parse: (value: unknown) => T | null, rule: string): T | null => {
    // As in a form, what is empty is not there.
    const value = members[name] === '' ? null : (members[name] ?? null)
    const parsed = value === null ? null : parse(value)
    if (value !== null && parsed === null) problems.push(`${name} must be ${rule}`)
    return parsed
  }
  const email = read('email', text(parseEmailAddress), 'a plain e-mail address')
  const username = read('username', text(parseUsername), '1 to 64 letters, digits, spaces inside, or . _ -')
  const firstName = read('first_name', text(parsePersonName), '1 to 100 characters without control characters')
  const lastName = read('last_name', text(parsePersonName), '1 to 100 characters without control characters')
  const hash = read('hash', readExportedHash, 'a password hash of a known form and of a bearable cost')
  const isVerified = read('verified', boolean, 'true or false')
  const isDisabled = read('disabled', boolean, 'true or false')
  const permissions = read('permissions', parsePermissions, 'a list of names of 1 to 64 of the characters A-Z a-z 0-9 . _ : -')
  for (const name of ['email', 'hash'] as const) if ((members[name] ?? null) === null) problems.push(`${name} is missing`)
  if (email === null || hash === null || problems.length > 0) throw new BadLine(problems.join('; '))
  return {
    email,
    username: username?.username ?? null,
    usernameKey: username?.key ?? null,
    firstName,
    lastName,
    hash,
    isVerified: isVerified ?? false,
    isDisabled: isDisabled ?? false,
    permissions: permissions ?? [],
  }
}

/** The line that would import this row of `users` again. */
export function renderExportedUser(row: Row): string {
  return JSON.stringify({
    email: row.email,
    username: row.username,
    first_name: row.first_name,
    last_name: row.last_name,
    hash: row.password_hash,
    verified: row.email_verified_at !== null,
    ...(row.disabled_at !== null && { disabled: true }),
    permissions: JSON.parse(String(row.permissions)),
  })
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
  return value
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

function parsePermissions(value: unknown): readonly string[] | null {
  const isList = Array.isArray(value) && value.every((name) => typeof name === 'string' && PERMISSION.test(name))
  return isList ? [...new Set<string>(value)].sort() : null
}
