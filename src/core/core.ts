// Everything the service does, on one screen. Faces and RPC call these and nothing else.
import { authenticate } from './access/authenticate.ts'
import { readCurrentUser } from './access/read-current-user.ts'
import { whoAmI } from './access/who-am-i.ts'
import { confirmRegistration, describeRegistration } from './accounts/confirm-registration.ts'
import { deleteAccount } from './accounts/delete-account.ts'
import { findUser } from './accounts/find-user.ts'
import { listActivity } from './accounts/list-activity.ts'
import { readUser } from './accounts/read-user.ts'
import { register } from './accounts/register.ts'
import { resendVerification } from './accounts/resend-verification.ts'
import { updateProfile } from './accounts/update-profile.ts'
import { verifyEmail } from './accounts/verify-email.ts'
import { checkHash } from './credentials/check-hash.ts'
import { changePassword } from './credentials/passwords/change-password.ts'
import { reauthenticate } from './credentials/passwords/reauthenticate.ts'
import { removePin } from './credentials/pins/remove-pin.ts'
import { setPin } from './credentials/pins/set-pin.ts'
import { bindTo, type Deps } from './kernel/deps.ts'
import { retryDueMail } from './mail/deliver-mail.ts'
import { keepHouse } from './operations/housekeeping.ts'
import { readMailbox } from './operations/read-mailbox.ts'
import { checkReadiness } from './operations/readiness.ts'
import { changeEmail } from './recovery/change-email.ts'
import { confirmEmailChange, describeEmailChange } from './recovery/confirm-email-change.ts'
import { forgotPassword } from './recovery/forgot-password.ts'
import { describeReset, resetPassword } from './recovery/reset-password.ts'
import { describeEmailUndo, undoEmailChange } from './recovery/undo-email-change.ts'
import { endSession } from './sessions/end-session.ts'
import { extendSession } from './sessions/extend-session.ts'
import { listGrantedAccess } from './sessions/list-granted-access.ts'
import { listSessions } from './sessions/list-sessions.ts'
import { refreshSession } from './sessions/refresh-session.ts'
import { renewAccess } from './sessions/renew-access.ts'
import { revokeAllSessions } from './sessions/revoke-all-sessions.ts'
import { revokeSession } from './sessions/revoke-session.ts'
import { signOut } from './sessions/sign-out.ts'
import { signOutBrowser } from './sessions/sign-out-browser.ts'
import { signOutStable } from './sessions/sign-out-stable.ts'
import { signIn } from './sign-in/sign-in.ts'
import { signInStable } from './sign-in/sign-in-stable.ts'
import { signInWithPin } from './sign-in/sign-in-with-pin.ts'
import { readKeySet } from './tokens/read-key-set.ts'

export type Auth = ReturnType<typeof createAuth>

export function createAuth(deps: Deps) {
  const bind = bindTo(deps)
  return {
    register: bind(register),
    resendVerification: bind(resendVerification),
    describeRegistration: bind(describeRegistration),
    confirmRegistration: bind(confirmRegistration),
    verifyEmail: bind(verifyEmail),

    signIn: bind(signIn),
    renewAccess: bind(renewAccess),
    refreshSession: bind(refreshSession),
    extendSession: bind(extendSession),
    signOut: bind(signOut),

    authenticate: bind(authenticate),
    readCurrentUser: bind(readCurrentUser),
    listSessions: bind(listSessions),
    listActivity: bind(listActivity),
    revokeSession: bind(revokeSession),
    revokeAllSessions: bind(revokeAllSessions),

    checkHash: bind(checkHash),
    readUser: bind(readUser),
    endSession: bind(endSession),
    readKeySet: bind(readKeySet),

    signInStable: bind(signInStable),
    signOutStable: bind(signOutStable),
    whoAmI: bind(whoAmI),
    findUser: bind(findUser),
    listGrantedAccess: bind(listGrantedAccess),

    signInWithPin: bind(signInWithPin),
    signOutBrowser: bind(signOutBrowser),
    setPin: bind(setPin),
    removePin: bind(removePin),
    reauthenticate: bind(reauthenticate),

    forgotPassword: bind(forgotPassword),
    describeReset: bind(describeReset),
    resetPassword: bind(resetPassword),
    changePassword: bind(changePassword),
    changeEmail: bind(changeEmail),
    describeEmailChange: bind(describeEmailChange),
    confirmEmailChange: bind(confirmEmailChange),
    describeEmailUndo: bind(describeEmailUndo),
    undoEmailChange: bind(undoEmailChange),
    updateProfile: bind(updateProfile),
    deleteAccount: bind(deleteAccount),

    publicKeys: () => deps.signingKeys.publicKeys(),
    checkReadiness: bind(checkReadiness),
    keepHouse: bind(keepHouse),
    retryDueMail: bind(retryDueMail),
    readMailbox: bind(readMailbox),
  }
}
