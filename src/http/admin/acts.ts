// What an operator does to an account.
import { MessageSchema } from '../openapi/message-schema.ts'
import { type Endpoint, endpoint, parameter } from '../shared/endpoint.ts'
import { readOperator } from './caller.ts'
import { OF_USER } from './parameters.ts'
import { PermissionListSchema, PermissionsBody, SetPasswordBody, SetPinBody } from './wire.ts'

const ofAccount = { method: 'POST', access: 'change', parameters: OF_USER } as const
const act = { ...ofAccount, success: [200, MessageSchema] } as const

export const acts = [
  plain('disable', 'disableUser', {
    summary: 'Refuse sign-in',
    description: 'Ends all sessions and every mailed link.',
    message: 'Account disabled, all sessions ended',
  }),
  plain('enable', 'enableUser', {
    summary: 'Allow sign-in again',
    description: 'Ends every mailed link.',
    message: 'Account enabled',
  }),
  plain('unlock', 'unlockUser', {
    summary: 'End waits after wrong passwords and PINs',
    description: 'A PIN that guesses have locked counts again.',
    message: 'Account unlocked',
  }),
  plain('sign-out', 'signOutUser', {
    summary: 'End all sessions',
    message: 'All sessions ended',
  }),
  endpoint({
    ...act,
    path: '/users/:id/set-password',
    id: 'setUserPassword',
    summary: 'Set the password',
    description: 'Ends all sessions, every other credential and every mailed link. The user is told by mail.',
    body: SetPasswordBody,
    required: ['password'],
    refusals: ['not_found'],
    async handle(c, { password }) {
      await c.var.admin.setUserPassword(readOperator(c), { id: parameter(c, 'id'), password })
      return { message: 'Password set, all sessions and other credentials ended' }
    },
  }),
  endpoint({
    ...act,
    path: '/users/:id/set-pin',
    id: 'setUserPin',
    summary: 'Set the PIN',
    description: 'Ends the sessions that the PIN before opened. The user is told by mail.',
    body: SetPinBody,
    required: ['pin'],
    refusals: ['not_found'],
    async handle(c, { pin }) {
      await c.var.admin.setUserPin(readOperator(c), { id: parameter(c, 'id'), pin })
      return { message: 'PIN set' }
    },
  }),
  plain('send-reset', 'sendUserReset', {
    summary: 'Mail a link for a new password',
    message: 'A link for a new password is on its way',
    refusals: ['not_found', 'account_disabled'],
  }),
  plain('verify', 'verifyUser', {
    summary: 'Count the address as proven',
    message: 'Address verified',
  }),
  editsPermissions('grant', 'Grant permissions'),
  editsPermissions('revoke', 'Take permissions'),
]

interface Words extends Partial<Pick<Endpoint, 'description' | 'refusals'>> {
  readonly summary: string
  readonly message: string
}

/** An act that wants to know nothing but the account. */
function plain(
  path: string,
  id: 'disableUser' | 'enableUser' | 'unlockUser' | 'signOutUser' | 'sendUserReset' | 'verifyUser',
  { message, refusals = ['not_found'], ...words }: Words,
): Endpoint {
  return endpoint({
    ...act,
    ...words,
    path: `/users/:id/${path}`,
    id,
    refusals,
    async handle(c) {
      await c.var.admin[id](readOperator(c), parameter(c, 'id'))
      return { message }
    },
  })
}

function editsPermissions(change: 'grant' | 'revoke', summary: string): Endpoint {
  return endpoint({
    ...ofAccount,
    path: `/users/:id/${change}`,
    id: `${change}Permissions`,
    summary,
    body: PermissionsBody,
    required: ['permissions'],
    success: [200, PermissionListSchema],
    refusals: ['not_found'],
    async handle(c, { permissions }) {
      const edit = { id: parameter(c, 'id'), change, permissions }
      return { permissions: [...(await c.var.admin.editPermissions(readOperator(c), edit))] }
    },
  })
}
