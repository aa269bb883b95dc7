// Another e-mail address, and the way back.
import * as v from 'valibot'
import { MessageSchema } from '../openapi/message-schema.ts'
import { optionalName } from '../openapi/schema.ts'
import { readCaller, readClient } from '../shared/context.ts'
import { endpoint } from '../shared/endpoint.ts'
import { currentPassword, mailedToken } from './members.ts'

export const ChangeEmailBody = v.object({ email: optionalName('The address to come'), password: currentPassword() })
export const TokenBody = v.object({ token: mailedToken() })

export const emailAddress = [
  endpoint({
    method: 'POST',
    path: '/change-email',
    id: 'changeEmail',
    summary: 'Ask for another e-mail address',
    description: 'The same 200 whether the address has an account or not. The link mailed to it makes the change.',
    access: 'recent',
    body: ChangeEmailBody,
    required: ['email', 'password'],
    success: [200, MessageSchema],
    refusals: ['invalid_credentials', 'rate_limited'],
    async handle(c, body) {
      await c.var.auth.changeEmail(readCaller(c), body)
      return { message: 'a mail with a link has been sent to the new address' }
    },
  }),
  endpoint({
    method: 'POST',
    path: '/confirm-email-change',
    id: 'confirmEmailChange',
    summary: 'Confirm the new address, for programs',
    description: 'The link in the mail leads to a page that asks first. The old address is told, with a link good for 7 days.',
    access: 'public',
    body: TokenBody,
    required: ['token'],
    success: [200, MessageSchema],
    refusals: ['invalid_link'],
    async handle(c, { token }) {
      await c.var.auth.confirmEmailChange(token, readClient(c))
      return { message: 'Email changed' }
    },
  }),
  endpoint({
    method: 'POST',
    path: '/undo-email-change',
    id: 'undoEmailChange',
    summary: 'Take a change of address back, for programs',
    description:
      'Ends all sessions, the password and the PIN; a mail to the address that is back brings a link for a new password.',
    access: 'public',
    body: TokenBody,
    required: ['token'],
    success: [200, MessageSchema],
    refusals: ['invalid_link'],
    async handle(c, { token }) {
      await c.var.auth.undoEmailChange(token, readClient(c))
      return { message: 'Email restored, please set a new password: look for our mail' }
    },
  }),
]
