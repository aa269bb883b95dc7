// What each method of `AdminService` does: the acts of the admin API for another worker, as far as the props of its binding go.

import type { OperatorProof } from '../core/admin/operator.ts'
import { MAX_LINE_BYTES } from '../core/admin/transfer/import-users.ts'
import {
  viewAccount,
  viewEvents,
  viewMail,
  viewPendingRegistrations,
  viewSession,
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

/** The right of the binding has been asked for already. */
const PROOF: OperatorProof = { by: 'binding' }

/** @param props of the binding that is used */
export function createAdminCalls(open: () => Pick<Service, 'admin' | 'log'>, props: unknown) {
  const caller = parseCaller(props)
  const client: Client = { address: UNKNOWN_ADDRESS, userAgent: `worker ${caller.name}`, caller: caller.name, face: 'rpc' }
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
      return { permissions: [...(await admin.editPermissions(PROOF, edit, client))] }
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
        return viewUsers(await admin.listUsers(PROOF, asked, client))
      }),
    getUser: (id: unknown) =>
      settle('getUser', 'admin-look', async ({ admin }) => viewStory(await admin.showUser(PROOF, requireText(id), client))),
    createUser: (form: unknown) =>
      settle('createUser', 'admin', async ({ admin }) => {
        const members = requireMembers(form)
        const text = (name: string) => optionalText(members[name])
        const { permissions, verified } = members
        const user = await admin.createUser(
          PROOF,
          {
            ...{ email: text('email'), password: text('password'), username: text('username'), pin: text('pin') },
            ...{ firstName: text('first_name'), lastName: text('last_name'), verified: verified === true },
            permissions: permissions === undefined ? [] : requireTexts(permissions),
          },
          client,
        )
        return viewAccount(user)
      }),
    editUser: (id: unknown, changes: unknown) =>
      settle('editUser', 'admin', async ({ admin }) => {
        const { email, verified, username, first_name: first, last_name: last } = requireMembers(changes)
        const address = { email: optionalText(email), verified: verified === true }
        const names = { username: clearableText(username), firstName: clearableText(first), lastName: clearableText(last) }
        return viewAccount(await admin.editUser(PROOF, { id: requireText(id), ...address, ...names }, client))
      }),
    deleteUser: (id: unknown) => act('deleteUser', id, ({ admin }, userId) => admin.removeUser(PROOF, userId, client)),
    disableUser: (id: unknown) => act('disableUser', id, ({ admin }, userId) => admin.disableUser(PROOF, userId, client)),
    enableUser: (id: unknown) => act('enableUser', id, ({ admin }, userId) => admin.enableUser(PROOF, userId, client)),
    unlockUser: (id: unknown) => act('unlockUser', id, ({ admin }, userId) => admin.unlockUser(PROOF, userId, client)),
    signOutUser: (id: unknown) => act('signOutUser', id, ({ admin }, userId) => admin.signOutUser(PROOF, userId, client)),
    setPassword: (id: unknown, password: unknown) =>
      act('setPassword', id, ({ admin }, userId) =>
        admin.setUserPassword(PROOF, { id: userId, password: optionalText(password) }, client),
      ),
    setPin: (id: unknown, pin: unknown) =>
      act('setPin', id, ({ admin }, userId) => admin.setUserPin(PROOF, { id: userId, pin: optionalText(pin) }, client)),
    sendReset: (id: unknown) => act('sendReset', id, ({ admin }, userId) => admin.sendUserReset(PROOF, userId, client)),
    verifyUser: (id: unknown) => act('verifyUser', id, ({ admin }, userId) => admin.verifyUser(PROOF, userId, client)),
    grantPermissions: (id: unknown, permissions: unknown) => editPermissions('grant', id, permissions),
    revokePermissions: (id: unknown, permissions: unknown) => editPermissions('revoke', id, permissions),
    listSessions: (id: unknown) =>
      settle('listSessions', 'admin-look', async ({ admin }) => ({
        sessions: (await admin.listUserSessions(PROOF, requireText(id), client)).map(viewSession),
      })),
    endSession: (id: unknown, sessionId: unknown) =>
      act('endSession', id, ({ admin }, userId) =>
        admin.endUserSession(PROOF, { id: userId, sessionId: requireText(sessionId) }, client),
      ),
    listRegistrations: (query: unknown) =>
      settle('listRegistrations', 'admin-look', async ({ admin }) => {
        const { search, limit } = requireMembers(query)
        const asked = { search: optionalText(search), limit: numberText(limit) }
        return viewPendingRegistrations(await admin.listRegistrations(PROOF, asked, client))
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
        return viewEvents(await admin.listEvents(PROOF, asked, client))
      }),
    listMails: (query: unknown) =>
      settle('listMails', 'admin-look', async ({ admin }) => {
        const { state, before, limit } = requireMembers(query)
        const asked = { state: optionalText(state), before: optionalText(before), limit: numberText(limit) }
        const mails = await admin.listMails(PROOF, asked, client)
        return { mails: mails.map(viewMail) }
      }),
    retryMail: (id: unknown) =>
      settle('retryMail', 'admin', async ({ admin }) => ({ to: await admin.retryMail(PROOF, requireText(id), client) })),
    importUsers: (lines: unknown, options: unknown) =>
      settle('importUsers', 'admin', async ({ admin }) => {
        const { dry_run: isDryRun } = requireMembers(options)
        const stream = lines instanceof ReadableStream ? lines : typeof lines === 'string' ? streamOf(lines) : null
        if (stream === null) throw new AuthError('invalid_request', `argument is ${typeof lines}`)
        const read = readByteLines(stream, MAX_LINE_BYTES)
        return admin.importUsers(PROOF, read, { isDryRun: isDryRun === true }, client)
      }),
    exportUsers: (query: unknown) =>
      settle('exportUsers', 'admin', async ({ admin }) => {
        const { after } = requireMembers(query)
        return streamLines(await admin.exportUsers(PROOF, optionalText(after), client))
      }),
    readStats: (query: unknown) =>
      settle('readStats', 'admin-look', async ({ admin }) => {
        const { days } = requireMembers(query)
        return viewStats(await admin.readStats(PROOF, numberText(days), client))
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
