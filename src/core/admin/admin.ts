// Everything an operator can do, on one screen. The admin API and its RPC entrypoint call these and nothing else.
import { bindTo, type Deps } from '../kernel/deps.ts'
import { listEvents } from './overview/list-events.ts'
import { listMails } from './overview/list-mails.ts'
import { listPendingRegistrations } from './overview/list-pending-registrations.ts'
import { readStats } from './overview/read-stats.ts'
import { retryMail } from './overview/retry-mail.ts'
import { endUserSession } from './sessions/end-user-session.ts'
import { listUserSessions } from './sessions/list-user-sessions.ts'
import { signOutUser } from './sessions/sign-out-user.ts'
import { exportUsers } from './transfer/export-users.ts'
import { importUsers } from './transfer/import-users.ts'
import { createUser } from './users/create-user.ts'
import { disableUser } from './users/disable-user.ts'
import { editPermissions } from './users/edit-permissions.ts'
import { editUser } from './users/edit-user.ts'
import { enableUser } from './users/enable-user.ts'
import { listUsers } from './users/list-users.ts'
import { removeUser } from './users/remove-user.ts'
import { sendUserReset } from './users/send-user-reset.ts'
import { setUserPassword } from './users/set-user-password.ts'
import { setUserPin } from './users/set-user-pin.ts'
import { showUser } from './users/show-user.ts'
import { unlockUser } from './users/unlock-user.ts'
import { verifyUser } from './users/verify-user.ts'

export type Admin = ReturnType<typeof createAdmin>

export function createAdmin(deps: Deps) {
  const bind = bindTo(deps)
  return {
    listUsers: bind(listUsers),
    createUser: bind(createUser),
    showUser: bind(showUser),
    editUser: bind(editUser),
    removeUser: bind(removeUser),

    disableUser: bind(disableUser),
    enableUser: bind(enableUser),
    unlockUser: bind(unlockUser),
    signOutUser: bind(signOutUser),
    setUserPassword: bind(setUserPassword),
    setUserPin: bind(setUserPin),
    sendUserReset: bind(sendUserReset),
    verifyUser: bind(verifyUser),
    editPermissions: bind(editPermissions),

    listUserSessions: bind(listUserSessions),
    endUserSession: bind(endUserSession),

    listRegistrations: bind(listPendingRegistrations),
    listEvents: bind(listEvents),
    listMails: bind(listMails),
    retryMail: bind(retryMail),
    importUsers: bind(importUsers),
    exportUsers: bind(exportUsers),
    readStats: bind(readStats),
  }
}
