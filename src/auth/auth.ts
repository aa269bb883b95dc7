// Everything the service does, on one screen. Faces and RPC call these and nothing else.
import { authenticate } from './authenticate.ts'
import { checkHash } from './check-hash.ts'
import type { Credentials } from './check-password.ts'
import type { PinCredentials } from './check-pin.ts'
import { retryDueMail } from './deliver-mail.ts'
import type { Client, Deps } from './deps.ts'
import { endSession } from './end-session.ts'
import { extendSession } from './extend-session.ts'
import { findUser } from './find-user.ts'
import { keepHouse } from './housekeeping.ts'
import { listGrantedAccess } from './list-granted-access.ts'
import { listSessions } from './list-sessions.ts'
import { readCurrentUser } from './read-current-user.ts'
import { readKeySet } from './read-key-set.ts'
import { readMailbox } from './read-mailbox.ts'
import { readUser } from './read-user.ts'
import { checkReadiness } from './readiness.ts'
import { refreshSession } from './refresh-session.ts'
import { type RegistrationForm, register } from './register.ts'
import { resendVerification } from './resend-verification.ts'
import { revokeAllSessions } from './revoke-all-sessions.ts'
import { revokeSession } from './revoke-session.ts'
import { type PinForm, setPin } from './set-pin.ts'
import type { Freshness } from './settings.ts'
import { signIn } from './sign-in.ts'
import { type StableCredentials, signInStable } from './sign-in-stable.ts'
import { signInWithPin } from './sign-in-with-pin.ts'
import { signOut } from './sign-out.ts'
import { signOutBrowser, type TokenPair } from './sign-out-browser.ts'
import { signOutStable } from './sign-out-stable.ts'
import { describeVerification, verifyEmail } from './verify-email.ts'
import { whoAmI } from './who-am-i.ts'

export type Auth = ReturnType<typeof createAuth>

/** An access token as a request carries it; `null` where it carries none. */
type AccessToken = string | null
/** The same of a stable token. */
type StableToken = string | null

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

    checkHash: (password: string, hash: string, caller: string) => checkHash(deps, password, hash, caller),
    readUser: (id: string) => readUser(deps, id),
    endSession: (sessionId: string) => endSession(deps, sessionId),
    readKeySet: () => readKeySet(deps),

    signInStable: (credentials: StableCredentials, client: Client) => signInStable(deps, credentials, client),
    signOutStable: (token: StableToken, sessionId?: string) => signOutStable(deps, token, sessionId),
    whoAmI: (token: StableToken) => whoAmI(deps, token),
    findUser: (token: StableToken, username: string) => findUser(deps, token, username),
    listGrantedAccess: (token: StableToken, ofUsername?: string) => listGrantedAccess(deps, token, ofUsername),

    signInWithPin: (credentials: PinCredentials, client: Client) => signInWithPin(deps, credentials, client),
    signOutBrowser: (tokens: TokenPair) => signOutBrowser(deps, tokens),
    setPin: (token: AccessToken, form: PinForm, client: Client) => setPin(deps, token, form, client),

    publicKeys: () => deps.signingKeys.publicKeys(),
    checkReadiness: () => checkReadiness(deps),
    keepHouse: () => keepHouse(deps),
    retryDueMail: () => retryDueMail(deps),
    readMailbox: (recipient?: string) => readMailbox(deps, recipient),
  }
}
