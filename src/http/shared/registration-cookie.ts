// The cookie by which a browser is known as the one that registered. It opens nothing by itself: the mailed link does.
import type { Context } from 'hono'
import type { AppEnv } from './context.ts'
import { COOKIES, isPlainLocal, readCookie, setCookie } from './cookies.ts'

/** Takes the place of one for an earlier registration. */
export function setRegistrationCookie(c: Context<AppEnv>, proof: string, maxAge: number): void {
  setCookie(c, nameOf(c), proof, maxAge)
}

/** `null` where there is none, and where there are two that differ: a neighbour may have put one of them there. */
export function readRegistrationCookie(c: Context<AppEnv>): string | null {
  const [proof, other] = readCookie(c.req.header('Cookie'), nameOf(c))
  return other === undefined ? (proof ?? null) : null
}

function nameOf(c: Context<AppEnv>): string {
  return isPlainLocal(c) ? COOKIES.localRegistration : COOKIES.registration
}
