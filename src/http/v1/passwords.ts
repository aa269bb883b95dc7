// Another password: by the mailed link, and by the one there is.
import * as v from 'valibot'
import { MessageSchema } from '../openapi/message-schema.ts'
import { optionalFlag, optionalName } from '../openapi/schema.ts'
import { challengeMembers, readChallengedClient } from '../shared/challenge.ts'
import { readCaller, readClient } from '../shared/context.ts'
import { endpoint } from '../shared/endpoint.ts'
import { currentPassword, mailedToken, newPassword } from './members.ts'

export const ForgotPasswordBody = v.object({ email: optionalName('E-mail address'), ...challengeMembers })
export const ResetPasswordBody = v.object({ token: mailedToken(), password: newPassword() })
export const ChangePasswordBody = v.object({
  current_password: currentPassword(),
  new_password: newPassword(),
  end_other_credentials: optionalFlag('Whether a PIN ends too; true when left out'),
})

export const passwords = [
  endpoint({
    method: 'POST',
    path: '/forgot-password',
    id: 'forgotPassword',
    summary: 'Send a link for a new password',
    description: 'The same 200 for every address. At most 5 mails an hour for one requesting address, 20 a day in all.',
    access: 'public',
    body: ForgotPasswordBody,
    required: ['email'],
    success: [200, MessageSchema],
    refusals: ['challenge_failed'],
    async handle(c, body) {
      await c.var.auth.forgotPassword(body.email, readChallengedClient(c, body))
      return { message: 'if the address has an account, a mail with a link has been sent' }
    },
  }),
  endpoint({
    method: 'POST',
    path: '/reset-password',
    id: 'resetPassword',
    summary: 'Set a new password by the mailed link',
    description: 'Ends all sessions and all other links. A password that is not acceptable does not spend the link.',
    access: 'public',
    body: ResetPasswordBody,
    required: ['token', 'password'],
    success: [200, MessageSchema],
    refusals: ['invalid_link', 'rate_limited'],
    async handle(c, body) {
      await c.var.auth.resetPassword(body, readClient(c))
      return { message: 'Password reset' }
    },
  }),
  endpoint({
    method: 'POST',
    path: '/change-password',
    id: 'changePassword',
    summary: 'Set a new password by the current one',
    description: 'Ends all other sessions; this one goes on with the tokens it has.',
    access: 'aal1',
    body: ChangePasswordBody,
    required: ['current_password', 'new_password'],
    success: [200, MessageSchema],
    refusals: ['invalid_credentials', 'rate_limited'],
    async handle(c, body) {
      const { current_password: given, new_password: wanted, end_other_credentials: endOtherCredentials } = body
      await c.var.auth.changePassword(readCaller(c), { currentPassword: given, newPassword: wanted, endOtherCredentials })
      return { message: 'Password changed' }
    },
  }),
]
