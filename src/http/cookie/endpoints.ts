// What document 003 asks for: name and PIN, with tokens in cookies.
import { AuthError } from '../../core/kernel/errors.ts'
import { MessageSchema } from '../openapi/message-schema.ts'
import { type AppEnv, readClient } from '../shared/context.ts'
import { type Endpoint, endpoint } from '../shared/endpoint.ts'
import { clearTokenCookies, readTokenCookies, setAccessCookie, setTokenCookies } from './cookies.ts'
import { PinLoginBody } from './wire.ts'

/** @param isReadable whether scripts of a page may read the access token */
export function cookieEndpoints(isReadable: (env: AppEnv['Bindings']) => boolean): readonly Endpoint[] {
  return [
    endpoint({
      method: 'POST',
      path: '/login',
      id: 'pinLogin',
      summary: 'Sign in by name and PIN',
      description:
        'Sets the cookies accessToken and refreshToken. At most 10 guesses of one PIN are judged in an hour, from all addresses ' +
        'together; after 50 failures in a row the PIN is dead until its user signs in by password. 403 for a page of another origin.',
      access: 'public',
      body: PinLoginBody,
      required: ['name', 'pin'],
      success: [200, MessageSchema],
      refusals: [
        ...(['forbidden', 'missing_credentials', 'invalid_credentials'] as const),
        ...(['account_disabled', 'email_unverified', 'rate_limited'] as const),
      ],
      async handle(c, credentials) {
        setTokenCookies(c, await c.var.auth.signInWithPin(credentials, readClient(c)), isReadable(c.env))
        return { message: 'Login successful' }
      },
    }),
    endpoint({
      method: 'POST',
      path: '/refresh',
      id: 'cookieRefresh',
      summary: 'Refresh',
      description: 'Goes by the cookie refreshToken; the cookie accessToken is new. 403 for a page of another origin.',
      access: 'public',
      cookies: ['refreshToken'],
      success: [200, MessageSchema],
      refusals: ['forbidden', 'invalid_refresh_token'],
      async handle(c) {
        const { refreshToken } = readTokenCookies(c.req.header('Cookie'))
        if (refreshToken === null) throw new AuthError('invalid_refresh_token', 'no cookie, or two that differ')
        setAccessCookie(c, await c.var.auth.renewAccess(refreshToken), isReadable(c.env))
        return { message: 'Access token refreshed successfully' }
      },
    }),
    endpoint({
      method: 'POST',
      path: '/logout',
      id: 'cookieLogout',
      summary: 'Sign out',
      description: 'Either cookie will do. Clears both, and ends the session. 403 for a page of another origin.',
      access: 'public',
      cookies: ['accessToken', 'refreshToken'],
      success: [200, MessageSchema],
      refusals: ['forbidden', 'unauthorized', 'invalid_access_token', 'invalid_refresh_token'],
      async handle(c) {
        await c.var.auth.signOutBrowser(readTokenCookies(c.req.header('Cookie')), readClient(c))
        clearTokenCookies(c)
        return { message: 'Logout successful' }
      },
    }),
  ]
}
