// Accounts: found, made, looked at, changed and deleted.

import { USER_STATES } from '../../core/admin/user-states.ts'
import { viewAccount, viewStory, viewUsers } from '../../core/admin/views.ts'
import { FACTS, MEMBERS } from '../openapi/members.ts'
import { MessageSchema } from '../openapi/message-schema.ts'
import { endpoint, parameter } from '../shared/endpoint.ts'
import { readOperator } from './caller.ts'
import { limit, OF_USER } from './parameters.ts'
import { AccountSchema, CreateBody, EditBody, StorySchema, UserListSchema } from './wire.ts'

export const users = [
  endpoint({
    method: 'GET',
    path: '/users',
    id: 'listUsers',
    summary: 'Find accounts',
    access: 'look',
    query: {
      username: { ...MEMBERS.username, description: 'The whole of it' },
      number: { type: 'integer', ...FACTS.LARGE, description: 'What v1 calls the user with USER_IDS=number', examples: [42] },
      search: {
        description: 'An address, an id, a session’s id, or the beginning of a username, first or last name',
        maxLength: 254,
        examples: ['ada'],
      },
      state: { description: 'What the accounts have in common', enum: USER_STATES, examples: ['disabled'] },
      limit: limit(50),
      after: { ...MEMBERS.email, description: 'The `next` of the page before' },
    },
    success: [200, UserListSchema],
    refusals: ['invalid_request'],
    async handle(c) {
      const { search, username, number, state, limit: size, after } = c.req.query()
      const query = { search, username, number, state, limit: size, after }
      return viewUsers(await c.var.admin.listUsers(readOperator(c), query))
    },
  }),
  endpoint({
    method: 'POST',
    path: '/users',
    id: 'createUser',
    summary: 'Make an account',
    description: 'By the rules of a registration. Without `verified` the address has to be proven before the first sign-in.',
    access: 'change',
    body: CreateBody,
    required: ['email', 'password'],
    success: [201, AccountSchema],
    refusals: ['email_taken', 'username_taken'],
    async handle(c, { first_name: firstName, last_name: lastName, ...form }) {
      return { user: viewAccount(await c.var.admin.createUser(readOperator(c), { ...form, firstName, lastName })) }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/users/:id',
    id: 'showUser',
    summary: 'The whole story of an account',
    description: '`cannot_sign_in` says in one sentence why its user cannot sign in.',
    access: 'look',
    parameters: OF_USER,
    success: [200, StorySchema],
    refusals: ['not_found'],
    handle: async (c) => viewStory(await c.var.admin.showUser(readOperator(c), parameter(c, 'id'))),
  }),
  endpoint({
    method: 'PATCH',
    path: '/users/:id',
    id: 'editUser',
    summary: 'Change names, or the address',
    description:
      'What is left out or empty stays, null clears. A former username is kept for the account for 30 days. A new address changes alone, ' +
      'ends every mailed link, and the former one is told; no address of before can take the account back.',
    access: 'change',
    parameters: OF_USER,
    body: EditBody,
    success: [200, AccountSchema],
    refusals: ['not_found', 'email_taken', 'username_taken'],
    async handle(c, { first_name: firstName, last_name: lastName, ...rest }) {
      const edit = { id: parameter(c, 'id'), ...rest, firstName, lastName }
      return { user: viewAccount(await c.var.admin.editUser(readOperator(c), edit)) }
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/users/:id',
    id: 'deleteUser',
    summary: 'Delete an account for good',
    description: 'No mail tells of it.',
    access: 'change',
    parameters: OF_USER,
    success: [200, MessageSchema],
    refusals: ['not_found'],
    async handle(c) {
      await c.var.admin.removeUser(readOperator(c), parameter(c, 'id'))
      return { message: 'Account deleted' }
    },
  }),
]
