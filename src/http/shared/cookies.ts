// How cookies are found in a request and set in a reply, whichever face they belong to.
import type { Context } from 'hono'
import { setCookie as appendCookie } from 'hono/cookie'
import type { AppEnv } from './context.ts'
import { isLoopback } from './loopback.ts'

/** Every cookie there is. `__Host-` (RFC 6265bis §4.1.3.2): no neighbouring host can set one of this name. */
export const COOKIES = {
  access: 'accessToken',
  refresh: 'refreshToken',
  registration: '__Host-postern-registration',
  /** Over plain http on this machine, where browsers refuse the prefix. */
  localRegistration: 'postern-registration',
} as const

// Two `Cookie` fields of one request arrive joined by a comma. Other cookies may have commas inside, so only those before our
// names are taken for one.
const SEPARATOR = new RegExp(`;|,(?=[ \\t]*(?:${Object.values(COOKIES).join('|')})[ \\t]*=)`)

/** Each value that the request has for this name. Of two nobody can say which is meant. */
export function readCookie(header: string | undefined, name: string): ReadonlySet<string> {
  const pairs = (header ?? '').split(SEPARATOR).map(splitPair)
  return new Set(pairs.flatMap(([each, value]) => (each === name ? [value] : [])))
}

/** RFC 6265 §4.1.1: a value may be in double quotes. Tokens need no other decoding. */
function splitPair(part: string): [string, string] {
  const equals = part.indexOf('=')
  if (equals < 0) return ['', '']
  const value = trimBlanks(part.slice(equals + 1))
  return [trimBlanks(part.slice(0, equals)), /^"(.*)"$/.exec(value)?.[1] ?? value]
}

/** What a browser trims and no more (RFC 6265bis §5.6): to it a name behind any other space is another cookie's name. */
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  // Not by a pattern: from each blank of a run inside, `[ \t]+$` would look to the end of the run.
  while (start < end && isBlank(text[start])) start++
  while (end > start && isBlank(text[end - 1])) end--
  return text.slice(start, end)
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}

/** Scripts cannot read it, unless it is to be readable, and a browser sends it along with no request that another site makes, but for following a link. */
export function setCookie(c: Context<AppEnv>, name: string, value: string, maxAge: number, isReadable = false): void {
  appendCookie(c, name, value, { httpOnly: !isReadable, sameSite: 'Lax', path: '/', maxAge, secure: !isPlainLocal(c) })
}

/** Not every browser keeps a `Secure` cookie that came over plain http, not even on the machine itself. */
export function isPlainLocal(c: Context<AppEnv>): boolean {
  const url = new URL(c.req.url)
  return url.protocol === 'http:' && isLoopback(url)
}
