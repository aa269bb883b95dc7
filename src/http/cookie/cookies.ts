// The two cookies of the `cookie` face: how they are found in a request, and set and cleared in a reply.
import type { Context } from 'hono'
import type { TokenPair } from '../../core/sessions/sign-out-browser.ts'
import type { AppEnv } from '../shared/context.ts'
import { COOKIES, readCookie, setCookie } from '../shared/cookies.ts'

/** @returns `null` for a cookie that is not there, and for both where one name has two values: nobody can say which is meant */
export function readTokenCookies(header: string | undefined): TokenPair {
  const [accessTokens, refreshTokens] = [readCookie(header, COOKIES.access), readCookie(header, COOKIES.refresh)]
  if (accessTokens.size > 1 || refreshTokens.size > 1) return { accessToken: null, refreshToken: null }
  const [accessToken = null] = accessTokens
  const [refreshToken = null] = refreshTokens
  return { accessToken, refreshToken }
}

interface TokenCookies {
  readonly accessToken: string
  readonly refreshToken: string
  /** Seconds each of them is of use. */
  readonly expiresIn: number
  readonly refreshExpiresIn: number
}

/** @param isReadable whether scripts of a page may read it */
export function setAccessCookie(
  c: Context<AppEnv>,
  { accessToken, expiresIn }: Pick<TokenCookies, 'accessToken' | 'expiresIn'>,
  isReadable: boolean,
): void {
  setCookie(c, COOKIES.access, accessToken, expiresIn, isReadable)
}

export function setTokenCookies(c: Context<AppEnv>, tokens: TokenCookies, isReadable: boolean): void {
  setAccessCookie(c, tokens, isReadable)
  setCookie(c, COOKIES.refresh, tokens.refreshToken, tokens.refreshExpiresIn)
}

export function clearTokenCookies(c: Context<AppEnv>): void {
  setCookie(c, COOKIES.access, '', 0)
  setCookie(c, COOKIES.refresh, '', 0)
}
