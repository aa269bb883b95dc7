// What the `v1` face says for OpenAPI of the rest of an account's life: recovery, changes, deletion.
import * as v from 'valibot'
import type { Operation } from '../shared/operation.ts'
import { PublicUserSchema } from '../shared/user-wire.ts'
import {
  ChangeEmailBody,
  ChangePasswordBody,
  ForgotPasswordBody,
  PasswordBody,
  PinBody,
  ProfileBody,
  ReauthenticationSchema,
  ResetPasswordBody,
  TokenBody,
} from './account-wire.ts'

const Message = v.object({ message: v.string() })
const SENSITIVE = 'Needs a sign-in by password, or a reauthentication, not more than 10 minutes ago.'

export const accountOperations: Readonly<Record<string, Operation>> = {
  'PATCH /me': {
    id: 'updateMe',
    summary: "Change the user's names",
    description:
      'What is left out or empty stays, null clears. A new username needs what DELETE /pin needs; the one before is kept for the account for 30 days, and a mail tells of it.',
    body: ProfileBody,
    bearer: 'required',
    success: [200, v.object({ user: PublicUserSchema })],
    refusals: [400, 401, 403, 409, 429, 503],
  },
  'DELETE /me': {
    id: 'deleteMe',
    summary: 'Delete the account',
    description: `Ends all sessions, keeps nothing personal and frees the address. Within seven days of a change of the address or username the account is put aside until they are over, and the addresses of before are told how to take it back. ${SENSITIVE}`,
    body: PasswordBody,
    required: ['password'],
    bearer: 'required',
    success: [200, Message],
    refusals: [400, 401, 403, 429, 503],
  },
  'POST /reauthenticate': {
    id: 'reauthenticate',
    summary: 'Give the password again',
    description: 'The access token it answers with, and those of later refreshes, say so in `auth_time`.',
    body: PasswordBody,
    required: ['password'],
    bearer: 'required',
    success: [200, ReauthenticationSchema],
    refusals: [400, 401, 403, 429, 503],
  },
  'POST /forgot-password': {
    id: 'forgotPassword',
    summary: 'Send a link for a new password',
    description: 'The same 200 for every address. At most 5 mails an hour for one requesting address, 20 a day in all.',
    body: ForgotPasswordBody,
    required: ['email'],
    success: [200, Message],
    refusals: [400, 403, 503],
  },
  'POST /reset-password': {
    id: 'resetPassword',
    summary: 'Set a new password by the mailed link',
    description: 'Ends all sessions and all other links. A password that is not acceptable does not spend the link.',
    body: ResetPasswordBody,
    required: ['token', 'password'],
    success: [200, Message],
    refusals: [400, 429, 503],
  },
  'POST /change-password': {
    id: 'changePassword',
    summary: 'Set a new password by the current one',
    description: 'Ends all other sessions; this one goes on with the tokens it has.',
    body: ChangePasswordBody,
    required: ['current_password', 'new_password'],
    bearer: 'required',
    success: [200, Message],
    refusals: [400, 401, 403, 429, 503],
  },
  'POST /change-email': {
    id: 'changeEmail',
    summary: 'Ask for another e-mail address',
    description: `The same 200 whether the address has an account or not. The link mailed to it makes the change. ${SENSITIVE}`,
    body: ChangeEmailBody,
    required: ['email', 'password'],
    bearer: 'required',
    success: [200, Message],
    refusals: [400, 401, 403, 429, 503],
  },
  'POST /confirm-email-change': {
    id: 'confirmEmailChange',
    summary: 'Confirm the new address, for programs',
    description: 'The link in the mail leads to a page that asks first. The old address is told, with a link good for 7 days.',
    body: TokenBody,
    required: ['token'],
    success: [200, Message],
    refusals: [400, 503],
  },
  'POST /undo-email-change': {
    id: 'undoEmailChange',
    summary: 'Take a change of address back, for programs',
    description:
      'Ends all sessions, the password and the PIN; a mail to the address that is back brings a link for a new password.',
    body: TokenBody,
    required: ['token'],
    success: [200, Message],
    refusals: [400, 503],
  },
  'PUT /pin': {
    id: 'setPin',
    summary: 'Set the PIN for signing in at the cookie face',
    description: `Refused in a session that itself began with a PIN. ${SENSITIVE}`,
    body: PinBody,
    required: ['pin', 'current_password'],
    bearer: 'required',
    success: [200, Message],
    refusals: [400, 401, 403, 429, 503],
  },
  'DELETE /pin': {
    id: 'removePin',
    summary: 'Remove the PIN',
    description: `Done, too, where there is none. ${SENSITIVE}`,
    bearer: 'required',
    success: [200, Message],
    refusals: [401, 403, 503],
  },
}
