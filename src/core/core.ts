// Everything the service does, on one screen. Faces and RPC call these and nothing else.
import { authenticate } from './access/authenticate.ts'
import { readCurrentUser } from './access/read-current-user.ts'
import { whoAmI } from './access/who-am-i.ts'
import {
  type ConfirmationForm,
  confirmRegistration,
  describeRegistration,
  type RegistrationLink,
} from './accounts/confirm-registration.ts'
import { deleteAccount } from './accounts/delete-account.ts'
import { findUser } from './accounts/find-user.ts'
import { type ActivityQuery, listActivity } from './accounts/list-activity.ts'
import { readUser } from './accounts/read-user.ts'
import { type RegistrationForm, register } from './accounts/register.ts'
import { resendVerification } from './accounts/resend-verification.ts'
import { type ProfileForm, updateProfile } from './accounts/update-profile.ts'
import { verifyEmail } from './accounts/verify-email.ts'
import { checkHash } from './credentials/check-hash.ts'
import { changePassword, type PasswordForm } from './credentials/passwords/change-password.ts'
import type { Credentials } from './credentials/passwords/check-password.ts'
import { reauthenticate } from './credentials/passwords/reauthenticate.ts'
import type { PinCredentials } from './credentials/pins/check-pin.ts'
import { removePin } from './credentials/pins/remove-pin.ts'
import { type PinForm, setPin } from './credentials/pins/set-pin.ts'
import type { Client, Deps } from './kernel/deps.ts'
import type { Freshness } from './kernel/settings.ts'
import { retryDueMail } from './mail/deliver-mail.ts'
import { keepHouse } from './operations/housekeeping.ts'
import { readMailbox } from './operations/read-mailbox.ts'
import { checkReadiness } from './operations/readiness.ts'
import { changeEmail, type EmailChangeForm } from './recovery/change-email.ts'
import { confirmEmailChange, describeEmailChange } from './recovery/confirm-email-change.ts'
import { forgotPassword } from './recovery/forgot-password.ts'
import { describeReset, type ResetForm, resetPassword } from './recovery/reset-password.ts'
import { describeEmailUndo, undoEmailChange } from './recovery/undo-email-change.ts'
import { endSession } from './sessions/end-session.ts'
import { extendSession } from './sessions/extend-session.ts'
import { listGrantedAccess } from './sessions/list-granted-access.ts'
import { listSessions } from './sessions/list-sessions.ts'
import { refreshSession } from './sessions/refresh-session.ts'
import { renewAccess } from './sessions/renew-access.ts'
import { revokeAllSessions } from './sessions/revoke-all-sessions.ts'
import { revokeSession } from './sessions/revoke-session.ts'
import { type SignOutTokens, signOut } from './sessions/sign-out.ts'
import { signOutBrowser, type TokenPair } from './sessions/sign-out-browser.ts'
import { signOutStable } from './sessions/sign-out-stable.ts'
import { signIn } from './sign-in/sign-in.ts'
import { type StableCredentials, signInStable } from './sign-in/sign-in-stable.ts'
import { signInWithPin } from './sign-in/sign-in-with-pin.ts'
import { readKeySet } from './tokens/read-key-set.ts'

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
