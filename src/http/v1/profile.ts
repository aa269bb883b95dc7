// The account of whoever asks.
import * as v from 'valibot'
import { MessageSchema } from '../openapi/message-schema.ts'
import { clearableName } from '../openapi/schema.ts'
import { readBearer, readCaller } from '../shared/context.ts'
import { endpoint } from '../shared/endpoint.ts'
import { PublicUserSchema, renderUser } from '../shared/user-wire.ts'
import { PasswordBody } from './sign-in.ts'

export const ProfileBody = v.object({
  first_name: clearableName('At most 100 characters; null for none'),
  last_name: clearableName('At most 100 characters; null for none'),
  username: clearableName('1 to 64 letters, digits, spaces inside, or any of . _ -; null for none'),
})
export const CurrentUserSchema = v.object({ user: PublicUserSchema })

export const profile = [
  endpoint({
    method: 'GET',
    path: '/me',
    id: 'me',
    summary: 'The current user',
    access: 'session',
    success: [200, CurrentUserSchema],
    refusals: [],
    async handle(c) {
      return { user: renderUser(await c.var.auth.readCurrentUser(readBearer(c)), c.var.userIds) }
    },
  }),
  endpoint({
    method: 'PATCH',
    path: '/me',
    id: 'updateMe',
    summary: "Change the user's names",
    description:
      'What is left out or empty stays, null clears. A new username needs what DELETE /pin needs; the one before is kept for the account for 30 days, and a mail tells of it.',
    access: 'aal1',
    body: ProfileBody,
    success: [200, CurrentUserSchema],
    refusals: ['reauthentication_required', 'username_taken', 'rate_limited'],
    async handle(c, { first_name: firstName, last_name: lastName, username }) {
      const user = await c.var.auth.updateProfile(readCaller(c), { firstName, lastName, username })
      return { user: renderUser(user, c.var.userIds) }
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/me',
    id: 'deleteMe',
    summary: 'Delete the account',
    description:
      'Ends all sessions, keeps nothing personal and frees the address. Within seven days of a change of the address or username the account is put aside until they are over, and the addresses of before are told how to take it back.',
    access: 'recent',
    body: PasswordBody,
    required: ['password'],
    success: [200, MessageSchema],
    refusals: ['invalid_credentials', 'rate_limited'],
    async handle(c, { password }) {
      await c.var.auth.deleteAccount(readCaller(c), password)
      return { message: 'Account deleted' }
    },
  }),
]
