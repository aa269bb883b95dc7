// What each method of `AdminService` does: the acts of the admin API for another worker, as far as the props of its binding go.

import type { OperatorCaller } from '../core/admin/operator.ts'
import { MAX_LINE_BYTES } from '../core/admin/transfer/import-users.ts'
import {
  viewAccount,
  viewEvents,
  viewMail,
  viewOperatorSession,
  viewPendingRegistrations,
  viewStats,
  viewStory,
  viewUsers,
} from '../core/admin/views.ts'
import type { Client } from '../core/kernel/deps.ts'
import { AuthError } from '../core/kernel/errors.ts'
import { UNKNOWN_ADDRESS } from '../platform/identifiers/client-address.ts'
import { readByteLines, streamLines } from '../platform/runtime/byte-lines.ts'
import type { Service } from '../service.ts'
import { clearableText, optionalText, requireMembers, requireText, requireTexts } from './arguments.ts'
import { parseCaller } from './caller.ts'
import { createSettle } from './settle.ts'

export type AdminCalls = ReturnType<typeof createAdminCalls>

/** @param props of the binding that is used */
export function createAdminCalls(open: () => Pick<Service, 'admin' | 'log'>, props: unknown) {
  const caller = parseCaller(props)
  const client: Client = { address: UNKNOWN_ADDRESS, userAgent: `worker ${caller.name}`, caller: caller.name, face: 'rpc' }
  // The right of the binding has been asked for by then.
  const operator: OperatorCaller = { proof: { by: 'binding' }, client }
  const settle = createSettle(open, caller)

  /** An act on an account that answers with its id alone. */
  const act = (method: string, id: unknown, perform: (core: Pick<Service, 'admin'>, id: string) => Promise<void>) =>
    settle(method, 'admin', async (core) => {
      const userId = requireText(id)
      await perform(core, userId)
      return { id: userId }
    })
  const editPermissions = (change: 'grant' | 'revoke', id: unknown, permissions: unknown) =>
    settle(`${change}Permissions`, 'admin', async ({ admin }) => {
      const edit = { id: requireText(id), change, permissions: requireTexts(permissions) }
      return { permissions: [...(await admin.editPermissions(operator, edit))] }
    })

  return {
    listUsers: (query: unknown) =>
      settle('listUsers', 'admin-look', async ({ admin }) => {
        const { search, username, number, state, limit, after } = requireMembers(query)
        const asked = {
          search: optionalText(search),
          username: optionalText(username),
          number: numberText(number),
          state: optionalText(state),
          limit: numberText(limit),
          after: optionalText(after),
        }
        return viewUsers(await admin.listUsers(operator, asked))
      }),
    getUser: (id: unknown) =>
      settle('getUser', 'admin-look', async ({ admin }) => viewStory(await admin.showUser(operator, requireText(id)))),
    createUser: (form: unknown) =>
      settle('createUser', 'admin', async ({ admin }) => {
        const members = requireMembers(form)
        const text = (name: string) => optionalText(members[name])
        const { permissions, verified } = members
        const user = await admin.createUser(operator, {
          ...{ email: text('email'), password: text('password'), username: text('username'), pin: text('pin') },
          ...{ firstName: text('first_name'), lastName: text('last_name'), verified: verified === true },
          permissions: permissions === undefined ? [] : requireTexts(permissions),
        })
        return viewAccount(user)
      }),
    editUser: (id: unknown, changes: unknown) =>
      settle('editUser', 'admin', async ({ admin }) => {
        const { email, verified, username, first_name: first, last_name: last } = requireMembers(changes)
        const address = { email: optionalText(email), verified: verified === true }
        const names = { username: clearableText(username), firstName: clearableText(first), lastName: clearableText(last) }
        return viewAccount(await admin.editUser(operator, { id: requireText(id), ...address, ...names }))
      }),
    deleteUser: (id: unknown) => act('deleteUser', id, ({ admin }, userId) => admin.removeUser(operator, userId)),
    disableUser: (id: unknown) => act('disableUser', id, ({ admin }, userId) => admin.disableUser(operator, userId)),
    enableUser: (id: unknown) => act('enableUser', id, ({ admin }, userId) => admin.enableUser(operator, userId)),
    unlockUser: (id: unknown) => act('unlockUser', id, ({ admin }, userId) => admin.unlockUser(operator, userId)),
    signOutUser: (id: unknown) => act('signOutUser', id, ({ admin }, userId) => admin.signOutUser(operator, userId)),
    setPassword: (id: unknown, password: unknown) =>
      act('setPassword', id, ({ admin }, userId) =>
        admin.setUserPassword(operator, { id: userId, password: optionalText(password) }),
      ),
    setPin: (id: unknown, pin: unknown) =>
      act('setPin', id, ({ admin }, userId) => admin.setUserPin(operator, { id: userId, pin: optionalText(pin) })),
    sendReset: (id: unknown) => act('sendReset', id, ({ admin }, userId) => admin.sendUserReset(operator, userId)),
    verifyUser: (id: unknown) => act('verifyUser', id, ({ admin }, userId) => admin.verifyUser(operator, userId)),
    grantPermissions: (id: unknown, permissions: unknown) => editPermissions('grant', id, permissions),
    revokePermissions: (id: unknown, permissions: unknown) => editPermissions('revoke', id, permissions),
    listSessions: (id: unknown) =>
      settle('listSessions', 'admin-look', async ({ admin }) => ({
        sessions: (await admin.listUserSessions(operator, requireText(id))).map(viewOperatorSession),
      })),
    endSession: (id: unknown, sessionId: unknown) =>
      act('endSession', id, ({ admin }, userId) =>
        admin.endUserSession(operator, { id: userId, sessionId: requireText(sessionId) }),
      ),
    listRegistrations: (query: unknown) =>
      settle('listRegistrations', 'admin-look', async ({ admin }) => {
        const { search, limit } = requireMembers(query)
        const asked = { search: optionalText(search), limit: numberText(limit) }
        return viewPendingRegistrations(await admin.listRegistrations(operator, asked))
      }),
    listEvents: (query: unknown) =>
      settle('listEvents', 'admin-look', async ({ admin }) => {
        const { user, what, outcome, since, until, after, before, limit } = requireMembers(query)
        const names = {
          user: optionalText(user),
          what: optionalText(what),
          outcome: optionalText(outcome),
          after: optionalText(after),
          before: optionalText(before),
        }
        const asked = { ...names, since: numberText(since), until: numberText(until), limit: numberText(limit) }
        return viewEvents(await admin.listEvents(operator, asked))
      }),
    listMails: (query: unknown) =>
      settle('listMails', 'admin-look', async ({ admin }) => {
        const { state, before, limit } = requireMembers(query)
        const asked = { state: optionalText(state), before: optionalText(before), limit: numberText(limit) }
        const mails = await admin.listMails(operator, asked)
        return { mails: mails.map(viewMail) }
      }),
    retryMail: (id: unknown) =>
      settle('retryMail', 'admin', async ({ admin }) => ({ to: await admin.retryMail(operator, requireText(id)) })),
    importUsers: (lines: unknown, options: unknown) =>
      settle('importUsers', 'admin', async ({ admin }) => {
        const { dry_run: isDryRun } = requireMembers(options)
        const stream = lines instanceof ReadableStream ? lines : typeof lines === 'string' ? streamOf(lines) : null
        if (stream === null) throw new AuthError('invalid_request', `argument is ${typeof lines}`)
        const read = readByteLines(stream, MAX_LINE_BYTES)
        return admin.importUsers(operator, read, { isDryRun: isDryRun === true })
      }),
    exportUsers: (query: unknown) =>
      settle('exportUsers', 'admin', async ({ admin }) => {
        const { after } = requireMembers(query)
        return streamLines(await admin.exportUsers(operator, optionalText(after)))
      }),
    readStats: (query: unknown) =>
      settle('readStats', 'admin-look', async ({ admin }) => {
        const { days } = requireMembers(query)
        return viewStats(await admin.readStats(operator, numberText(days)))
      }),
  }
}

function streamOf(text: string): ReadableStream<Uint8Array> {
  return new Blob([text]).stream()
}

/** A number may come as one. @throws AuthError `invalid_request` */
function numberText(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : optionalText(value)
}
