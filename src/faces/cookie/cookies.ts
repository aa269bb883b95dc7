// The two cookies of the `cookie` face: how they are found in a request, and set and cleared in a reply.
import type { Context } from 'hono'
import { setCookie } from 'hono/cookie'
import type { TokenPair } from '../../auth/sign-out-browser.ts'
import type { AppEnv } from '../shared/context.ts'
import { isLoopback } from '../shared/loopback.ts'

export const ACCESS_COOKIE = 'accessToken'
export const REFRESH_COOKIE = 'refreshToken'

// Two `Cookie` fields of one request arrive joined by a comma. Other cookies may have commas inside, so only those before our
// names are taken for one.
const SEPARATOR = /;|,(?=[ \t]*(?:accessToken|refreshToken)[ \t]*=)/

/** @returns `null` for a cookie that is not there, and for both where one name has two values: nobody can say which is meant */
export function readTokenCookies(header: string | undefined): TokenPair {
  const accessTokens = new Set<string>()
  const refreshTokens = new Set<string>()
  for (const part of (header ?? '').split(SEPARATOR)) {
    const [name, value] = splitPair(part)
    if (name === ACCESS_COOKIE) accessTokens.add(value)
    if (name === REFRESH_COOKIE) refreshTokens.add(value)
  }
  if (accessTokens.size > 1 || refreshTokens.size > 1) return { accessToken: null, refreshToken: null }
  const [accessToken = null] = accessTokens
  const [refreshToken = null] = refreshTokens
  return { accessToken, refreshToken }
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

interface TokenCookies {
  readonly accessToken: string
  readonly refreshToken: string
  /** Seconds each of them is of use. */
  readonly expiresIn: number
  readonly refreshExpiresIn: number
}

export function setTokenCookies(c: Context<AppEnv>, tokens: TokenCookies): void {
  set(c, ACCESS_COOKIE, tokens.accessToken, tokens.expiresIn)
  set(c, REFRESH_COOKIE, tokens.refreshToken, tokens.refreshExpiresIn)
}

export function clearTokenCookies(c: Context<AppEnv>): void {
  set(c, ACCESS_COOKIE, '', 0)
  set(c, REFRESH_COOKIE, '', 0)
}

function set(c: Context<AppEnv>, name: string, value: string, maxAge: number): void {
  setCookie(c, name, value, { httpOnly: true, sameSite: 'Lax', path: '/', maxAge, secure: !isPlainLocal(new URL(c.req.url)) })
}

/** Not every browser keeps a `Secure` cookie that came over plain http, not even on the machine itself. */
function isPlainLocal(url: URL): boolean {
  return url.protocol === 'http:' && isLoopback(url)
}
