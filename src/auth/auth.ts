// Everything the service does, on one screen. Faces and RPC call these and nothing else.
import { authenticate } from './authenticate.ts'
import type { Credentials } from './check-password.ts'
import type { Client, Deps } from './deps.ts'
import { extendSession } from './extend-session.ts'
import { keepHouse } from './housekeeping.ts'
import { listSessions } from './list-sessions.ts'
import { readCurrentUser } from './read-current-user.ts'
import { readMailbox } from './read-mailbox.ts'
import { checkReadiness } from './readiness.ts'
import { refreshSession } from './refresh-session.ts'
import { type RegistrationForm, register } from './register.ts'
import { resendVerification } from './resend-verification.ts'
import { revokeAllSessions } from './revoke-all-sessions.ts'
import { revokeSession } from './revoke-session.ts'
import type { Freshness } from './settings.ts'
import { signIn } from './sign-in.ts'
import { signOut } from './sign-out.ts'
import { describeVerification, verifyEmail } from './verify-email.ts'

export type Auth = ReturnType<typeof createAuth>

/** An access token as a request carries it; `null` where it carries none. */
type AccessToken = string | null

export function createAuth(deps: Deps) {
  return {
    register: (form: RegistrationForm, client: Client) => register(deps, form, client),
    resendVerification: (email: string | undefined, client: Client) => resendVerification(deps, email, client),
    describeVerification: (token: string | undefined) => describeVerification(deps, token),
    verifyEmail: (token: string | undefined) => verifyEmail(deps, token),

    signIn: (credentials: Credentials, client: Client) => signIn(deps, credentials, client),
    refreshSession: (refreshToken: string) => refreshSession(deps, refreshToken),
    extendSession: (token: AccessToken) => extendSession(deps, token),
    signOut: (token: AccessToken) => signOut(deps, token),

    authenticate: (token: AccessToken, freshness: Freshness) => authenticate(deps, token, freshness),
    readCurrentUser: (token: AccessToken) => readCurrentUser(deps, token),
    listSessions: (token: AccessToken, ofUserId?: string) => listSessions(deps, token, ofUserId),
    revokeSession: (token: AccessToken, sessionId: string) => revokeSession(deps, token, sessionId),
    revokeAllSessions: (token: AccessToken) => revokeAllSessions(deps, token),

    publicKeys: () => deps.signingKeys.publicKeys(),
    checkReadiness: () => checkReadiness(deps),
    keepHouse: () => keepHouse(deps),
    readMailbox: (recipient?: string) => readMailbox(deps, recipient),
  }
}
