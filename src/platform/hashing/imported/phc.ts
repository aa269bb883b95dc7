// PHC strings, `$id$v=19$m=65536,t=3$salt$hash`, as far as their makers agree: parameters in any order, base64 padded or not.

import { decodeBase64 } from '../../crypto/base64.ts'
import type { Bytes } from './password-input.ts'

export interface Phc {
  readonly id: string
  readonly version: number | null
  readonly parameters: ReadonlyMap<string, string>
  readonly salt: Bytes
  readonly hash: Bytes
}

const BASE64 = '[A-Za-z0-9+/]+={0,2}'
const PARAMETER = '[a-z][a-z0-9-]{0,15}=[A-Za-z0-9+/.-]{1,128}={0,2}'
const FORM = new RegExp(
  `^\\$([a-z0-9-]{1,32})(?:\\$v=([1-9]\\d?))?\\$(${PARAMETER}(?:,${PARAMETER}){0,7})\\$(${BASE64})\\$(${BASE64})$`,
)

/** `null` for whatever is no PHC string with parameters, salt and hash. */
export function parsePhc(text: string): Phc | null {
  const [, id, version, list = '', saltText = '', hashText = ''] = FORM.exec(text) ?? []
  const salt = decodePaddedBase64(saltText)
  const hash = decodePaddedBase64(hashText)
  if (id === undefined || !salt || !hash) return null
  const pairs = list
    .split(',')
    .map((pair): [string, string] => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])
  const parameters = new Map(pairs)
  // What is there twice could mean either.
  return parameters.size === pairs.length
    ? { id, version: version === undefined ? null : Number(version), parameters, salt, hash }
    : null
}

/** The parameters as numbers, in the order of `names`. `null` where one is missing, is no number of at most seven digits, or is another. */
export function readNumbers({ parameters }: Phc, names: readonly string[]): number[] | null {
  const numbers = names.map((name) => readCount(parameters.get(name)))
  return parameters.size === names.length && numbers.every((number) => number !== null) ? numbers : null
}

/** A whole number from 1 of at most seven digits. */
export function readCount(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,6}$/.test(text) ? Number(text) : null
}

/** The bytes of base64 (RFC 4648 §4) with the padding it asks for or with none, `null` for anything else. */
export function decodePaddedBase64(text: string): Bytes | null {
  const bare = text.replace(/={1,2}$/, '')
  return bare.length === text.length || text.length % 4 === 0 ? decodeBase64(bare) : null
}
