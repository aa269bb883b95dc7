// Everything the service does, on one screen. Faces and RPC call these and nothing else.
import { authenticate } from './authenticate.ts'
import { changeEmail, type EmailChangeForm } from './change-email.ts'
import { changePassword, type PasswordForm } from './change-password.ts'
import { checkHash } from './check-hash.ts'
import type { Credentials } from './check-password.ts'
import type { PinCredentials } from './check-pin.ts'
import { confirmEmailChange, describeEmailChange } from './confirm-email-change.ts'
import { type ConfirmationForm, confirmRegistration, describeRegistration, type RegistrationLink } from './confirm-registration.ts'
import { deleteAccount } from './delete-account.ts'
import { retryDueMail } from './deliver-mail.ts'
import type { Client, Deps } from './deps.ts'
import { endSession } from './end-session.ts'
import { extendSession } from './extend-session.ts'
import { findUser } from './find-user.ts'
import { forgotPassword } from './forgot-password.ts'
import { keepHouse } from './housekeeping.ts'
import { type ActivityQuery, listActivity } from './list-activity.ts'
import { listGrantedAccess } from './list-granted-access.ts'
import { listSessions } from './list-sessions.ts'
import { readCurrentUser } from './read-current-user.ts'
import { readKeySet } from './read-key-set.ts'
import { readMailbox } from './read-mailbox.ts'
import { readUser } from './read-user.ts'
import { checkReadiness } from './readiness.ts'
import { reauthenticate } from './reauthenticate.ts'
import { refreshSession } from './refresh-session.ts'
import { type RegistrationForm, register } from './register.ts'
import { removePin } from './remove-pin.ts'
import { renewAccess } from './renew-access.ts'
import { resendVerification } from './resend-verification.ts'
import { describeReset, type ResetForm, resetPassword } from './reset-password.ts'
import { revokeAllSessions } from './revoke-all-sessions.ts'
import { revokeSession } from './revoke-session.ts'
import { type PinForm, setPin } from './set-pin.ts'
import type { Freshness } from './settings.ts'
import { signIn } from './sign-in.ts'
import { type StableCredentials, signInStable } from './sign-in-stable.ts'
import { signInWithPin } from './sign-in-with-pin.ts'
import { type SignOutTokens, signOut } from './sign-out.ts'
import { signOutBrowser, type TokenPair } from './sign-out-browser.ts'
import { signOutStable } from './sign-out-stable.ts'
import { describeEmailUndo, undoEmailChange } from './undo-email-change.ts'
import { type ProfileForm, updateProfile } from './update-profile.ts'
import { verifyEmail } from './verify-email.ts'
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
    describeRegistration: (link: RegistrationLink) => describeRegistration(deps, link),
    confirmRegistration: (form: ConfirmationForm, client: Client) => confirmRegistration(deps, form, client),
    verifyEmail: (token: string | undefined, client: Client) => verifyEmail(deps, token, client),

    signIn: (credentials: Credentials, client: Client) => signIn(deps, credentials, client),
    renewAccess: (refreshToken: string) => renewAccess(deps, refreshToken),
    refreshSession: (refreshToken: string, client: Client) => refreshSession(deps, refreshToken, client),
    extendSession: (token: AccessToken) => extendSession(deps, token),
    signOut: (tokens: SignOutTokens, client: Client) => signOut(deps, tokens, client),

    authenticate: (token: AccessToken, freshness: Freshness) => authenticate(deps, token, freshness),
    readCurrentUser: (token: AccessToken) => readCurrentUser(deps, token),
    listSessions: (token: AccessToken, ofUserId?: string) => listSessions(deps, token, ofUserId),
    listActivity: (token: AccessToken, query: ActivityQuery) => listActivity(deps, token, query),
    revokeSession: (token: AccessToken, sessionId: string, client: Client) => revokeSession(deps, token, sessionId, client),
    revokeAllSessions: (token: AccessToken, client: Client) => revokeAllSessions(deps, token, client),

    checkHash: (password: string, hash: string, client: Client) => checkHash(deps, password, hash, client),
    readUser: (id: string) => readUser(deps, id),
    endSession: (sessionId: string, client: Client) => endSession(deps, sessionId, client),
    readKeySet: () => readKeySet(deps),

    signInStable: (credentials: StableCredentials, client: Client) => signInStable(deps, credentials, client),
    signOutStable: (token: StableToken, sessionId: string | undefined, client: Client) =>
      signOutStable(deps, token, sessionId, client),
    whoAmI: (token: StableToken) => whoAmI(deps, token),
    findUser: (token: StableToken, username: string) => findUser(deps, token, username),
    listGrantedAccess: (token: StableToken, ofUsername?: string) => listGrantedAccess(deps, token, ofUsername),

    signInWithPin: (credentials: PinCredentials, client: Client) => signInWithPin(deps, credentials, client),
    signOutBrowser: (tokens: TokenPair, client: Client) => signOutBrowser(deps, tokens, client),
    setPin: (token: AccessToken, form: PinForm, client: Client) => setPin(deps, token, form, client),

    removePin: (token: AccessToken, client: Client) => removePin(deps, token, client),
    reauthenticate: (token: AccessToken, password: string | undefined, client: Client) =>
      reauthenticate(deps, token, password, client),

    forgotPassword: (email: string | undefined, client: Client) => forgotPassword(deps, email, client),
    describeReset: (token: string | undefined) => describeReset(deps, token),
    resetPassword: (form: ResetForm, client: Client) => resetPassword(deps, form, client),
    changePassword: (token: AccessToken, form: PasswordForm, client: Client) => changePassword(deps, token, form, client),
    changeEmail: (token: AccessToken, form: EmailChangeForm, client: Client) => changeEmail(deps, token, form, client),
    describeEmailChange: (token: string | undefined) => describeEmailChange(deps, token),
    confirmEmailChange: (token: string | undefined, client: Client) => confirmEmailChange(deps, token, client),
    describeEmailUndo: (token: string | undefined) => describeEmailUndo(deps, token),
    undoEmailChange: (token: string | undefined, client: Client) => undoEmailChange(deps, token, client),
    updateProfile: (token: AccessToken, form: ProfileForm, client: Client) => updateProfile(deps, token, form, client),
    deleteAccount: (token: AccessToken, password: string | undefined, client: Client) =>
      deleteAccount(deps, token, password, client),

    publicKeys: () => deps.signingKeys.publicKeys(),
    checkReadiness: () => checkReadiness(deps),
    keepHouse: () => keepHouse(deps),
    retryDueMail: () => retryDueMail(deps),
    readMailbox: (recipient?: string) => readMailbox(deps, recipient),
  }
}
