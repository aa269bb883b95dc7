// Everything an operator can do, on one screen. The admin API and its RPC entrypoint call these and nothing else.
import type { Client, Deps } from '../kernel/deps.ts'
import type { OperatorProof } from './operator.ts'
import { type EventsQuery, listEvents } from './overview/list-events.ts'
import { listMails, type MailsQuery } from './overview/list-mails.ts'
import { listPendingRegistrations } from './overview/list-pending-registrations.ts'
import { readStats } from './overview/read-stats.ts'
import { retryMail } from './overview/retry-mail.ts'
import { endUserSession } from './sessions/end-user-session.ts'
import { listUserSessions } from './sessions/list-user-sessions.ts'
import { signOutUser } from './sessions/sign-out-user.ts'
import { exportUsers } from './transfer/export-users.ts'
import { type ImportOptions, importUsers } from './transfer/import-users.ts'
import { createUser, type NewUserForm } from './users/create-user.ts'
import { disableUser } from './users/disable-user.ts'
import { editPermissions, type PermissionEdit } from './users/edit-permissions.ts'
import { editUser, type UserEdit } from './users/edit-user.ts'
import { enableUser } from './users/enable-user.ts'
import { listUsers, type UsersQuery } from './users/list-users.ts'
import { removeUser } from './users/remove-user.ts'
import { sendUserReset } from './users/send-user-reset.ts'
import { setUserPassword } from './users/set-user-password.ts'
import { setUserPin } from './users/set-user-pin.ts'
import { showUser } from './users/show-user.ts'
import { unlockUser } from './users/unlock-user.ts'
import { verifyUser } from './users/verify-user.ts'

export type Admin = ReturnType<typeof createAdmin>

interface Page {
  readonly limit?: string | undefined
}

export function createAdmin(deps: Deps) {
  return {
    listUsers: (proof: OperatorProof, query: UsersQuery, client: Client) => listUsers(deps, proof, query, client),
    createUser: (proof: OperatorProof, form: NewUserForm, client: Client) => createUser(deps, proof, form, client),
    showUser: (proof: OperatorProof, id: string, client: Client) => showUser(deps, proof, id, client),
    editUser: (proof: OperatorProof, edit: UserEdit, client: Client) => editUser(deps, proof, edit, client),
    removeUser: (proof: OperatorProof, id: string, client: Client) => removeUser(deps, proof, id, client),

    disableUser: (proof: OperatorProof, id: string, client: Client) => disableUser(deps, proof, id, client),
    enableUser: (proof: OperatorProof, id: string, client: Client) => enableUser(deps, proof, id, client),
    unlockUser: (proof: OperatorProof, id: string, client: Client) => unlockUser(deps, proof, id, client),
    signOutUser: (proof: OperatorProof, id: string, client: Client) => signOutUser(deps, proof, id, client),
    setUserPassword: (proof: OperatorProof, form: { id: string; password: string | undefined }, client: Client) =>
      setUserPassword(deps, proof, form, client),
    setUserPin: (proof: OperatorProof, form: { id: string; pin: string | undefined }, client: Client) =>
      setUserPin(deps, proof, form, client),
    sendUserReset: (proof: OperatorProof, id: string, client: Client) => sendUserReset(deps, proof, id, client),
    verifyUser: (proof: OperatorProof, id: string, client: Client) => verifyUser(deps, proof, id, client),
    editPermissions: (proof: OperatorProof, edit: PermissionEdit, client: Client) => editPermissions(deps, proof, edit, client),

    listUserSessions: (proof: OperatorProof, id: string, client: Client) => listUserSessions(deps, proof, id, client),
    endUserSession: (proof: OperatorProof, of: { id: string; sessionId: string }, client: Client) =>
      endUserSession(deps, proof, of, client),

    listRegistrations: (proof: OperatorProof, query: Page & { search?: string | undefined }, client: Client) =>
      listPendingRegistrations(deps, proof, query, client),
    listEvents: (proof: OperatorProof, query: EventsQuery, client: Client) => listEvents(deps, proof, query, client),
    listMails: (proof: OperatorProof, query: MailsQuery, client: Client) => listMails(deps, proof, query, client),
    retryMail: (proof: OperatorProof, id: string, client: Client) => retryMail(deps, proof, id, client),
    importUsers: (proof: OperatorProof, lines: AsyncIterable<Uint8Array | null>, options: ImportOptions, client: Client) =>
      importUsers(deps, proof, lines, options, client),
    exportUsers: (proof: OperatorProof, after: string | undefined, client: Client) => exportUsers(deps, proof, after, client),
    readStats: (proof: OperatorProof, days: string | undefined, client: Client) => readStats(deps, proof, days, client),
  }
}
