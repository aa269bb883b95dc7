// Registration, up to the address that is confirmed. An address that has an account gets the same answers.
import * as v from 'valibot'
import { renderTime } from '../../platform/runtime/rfc3339.ts'
import type { Registration } from '../../stores/accounts/registrations.ts'
import { MEMBERS } from '../openapi/members.ts'
import { MessageSchema } from '../openapi/message-schema.ts'
import { optionalName, optionalText } from '../openapi/schema.ts'
import { challengeMembers, readChallengedClient } from '../shared/challenge.ts'
import { readClient } from '../shared/context.ts'
import { endpoint } from '../shared/endpoint.ts'
import { setRegistrationCookie } from '../shared/registration-cookie.ts'
import { PublicUserSchema, type UserIds } from '../shared/user-wire.ts'

export const RegisterBody = v.object({
  email: optionalName('E-mail address, compared without case'),
  password: optionalText('8 to 256 characters'),
  username: optionalName('1 to 64 letters, digits, spaces inside, or any of . _ -'),
  first_name: optionalName('At most 100 characters'),
  last_name: optionalName('At most 100 characters'),
  ...challengeMembers,
})
export const EmailBody = v.object({ email: optionalName('E-mail address') })
export const RegisteredSchema = v.object({ message: v.string(), user: PublicUserSchema })

export const registration = [
  endpoint({
    method: 'POST',
    path: '/register',
    id: 'register',
    summary: 'Register',
    description:
      'The same 201 whether the address has an account or not. The mailed link decides which registration becomes the account. ' +
      'Sets a cookie by which the page behind the link knows the browser that registered.',
    access: 'public',
    body: RegisterBody,
    required: ['email', 'password'],
    success: [201, RegisteredSchema],
    refusals: ['sign_up_closed', 'challenge_failed', 'username_taken', 'rate_limited'],
    async handle(c, body) {
      const { email, password, username, first_name: firstName, last_name: lastName } = body
      const form = { email, password, username, firstName, lastName }
      const { registration: made, proof } = await c.var.auth.register(form, readChallengedClient(c, body))
      setRegistrationCookie(c, proof, made.expiresAt - made.createdAt)
      const message = 'registration successful, please verify your email before login'
      return { message, user: renderRegistration(made, c.var.userIds) }
    },
  }),
  endpoint({
    method: 'POST',
    path: '/resend-verification',
    id: 'resendVerification',
    summary: 'Send the verification mail again',
    description: 'The same 200 for every address, also where no mail is sent because there have been too many.',
    access: 'public',
    body: EmailBody,
    required: ['email'],
    success: [200, MessageSchema],
    refusals: [],
    async handle(c, { email }) {
      await c.var.auth.resendVerification(email, readClient(c))
      return { message: 'verification email has been sent' }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/verify-email',
    id: 'verifyEmail',
    summary: 'Confirm an address, for programs',
    description: 'Acts at once. The link in the mail leads to a page that asks first.',
    access: 'public',
    acts: true,
    query: { token: MEMBERS.token },
    requiredQuery: ['token'],
    success: [200, MessageSchema],
    refusals: ['invalid_link'],
    async handle(c) {
      await c.var.auth.verifyEmail(c.req.query('token'), readClient(c))
      return { message: 'email verified successfully' }
    },
  }),
]

/** A registration looks like the account that it may become. */
function renderRegistration(made: Registration, userIds: UserIds): v.InferOutput<typeof PublicUserSchema> {
  const { email, username, firstName, lastName, createdAt } = made
  return {
    // A number is given out with the account, so that none tells whether there is one already.
    id: userIds === 'number' ? 0 : made.id,
    email,
    username,
    first_name: firstName,
    last_name: lastName,
    email_verified: false,
    is_admin: false,
    role: 'user',
    permissions: [],
    created_at: renderTime(createdAt),
  }
}
