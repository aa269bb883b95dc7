// What an operator does to an account.
import { MessageSchema } from '../openapi/message-schema.ts'
import { type Endpoint, endpoint, parameter } from '../shared/endpoint.ts'
import { readOperator } from './caller.ts'
import { OF_USER } from './parameters.ts'
import { PermissionListSchema, PermissionsBody, SetPasswordBody, SetPinBody } from './wire.ts'

const ofAccount = { method: 'POST', access: 'change', parameters: OF_USER } as const
const act = { ...ofAccount, success: [200, MessageSchema] } as const

export const acts = [
  endpoint({
    ...act,
    path: '/users/:id/disable',
    id: 'disableUser',
    summary: 'Refuse sign-in',
    description: 'Ends all sessions and every mailed link.',
    refusals: ['not_found'],
    async handle(c) {
      await c.var.admin.disableUser(readOperator(c), parameter(c, 'id'))
      return { message: 'Account disabled, all sessions ended' }
    },
  }),
  endpoint({
    ...act,
    path: '/users/:id/enable',
    id: 'enableUser',
    summary: 'Allow sign-in again',
    description: 'Ends every mailed link.',
    refusals: ['not_found'],
    async handle(c) {
      await c.var.admin.enableUser(readOperator(c), parameter(c, 'id'))
      return { message: 'Account enabled' }
    },
  }),
  endpoint({
    ...act,
    path: '/users/:id/unlock',
    id: 'unlockUser',
    summary: 'End waits after wrong passwords and PINs',
    description: 'A PIN that guesses have locked counts again.',
    refusals: ['not_found'],
    async handle(c) {
      await c.var.admin.unlockUser(readOperator(c), parameter(c, 'id'))
      return { message: 'Account unlocked' }
    },
  }),
  endpoint({
    ...act,
    path: '/users/:id/sign-out',
    id: 'signOutUser',
    summary: 'End all sessions',
    refusals: ['not_found'],
    async handle(c) {
      await c.var.admin.signOutUser(readOperator(c), parameter(c, 'id'))
      return { message: 'All sessions ended' }
    },
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
  endpoint({
    ...act,
    path: '/users/:id/send-reset',
    id: 'sendUserReset',
    summary: 'Mail a link for a new password',
    refusals: ['not_found', 'account_disabled'],
    async handle(c) {
      await c.var.admin.sendUserReset(readOperator(c), parameter(c, 'id'))
      return { message: 'A link for a new password is on its way' }
    },
  }),
  endpoint({
    ...act,
    path: '/users/:id/verify',
    id: 'verifyUser',
    summary: 'Count the address as proven',
    refusals: ['not_found'],
    async handle(c) {
      await c.var.admin.verifyUser(readOperator(c), parameter(c, 'id'))
      return { message: 'Address verified' }
    },
  }),
  editsPermissions('grant', 'Grant permissions'),
  editsPermissions('revoke', 'Take permissions'),
]

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
