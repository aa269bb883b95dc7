// The `v1` face, the account's own affairs: the schemas by which its bodies are checked and documented, and what it answers.
import * as v from 'valibot'
import type { Reauthentication } from '../../core/credentials/passwords/reauthenticate.ts'
import { clearableName, optionalFlag, optionalName, optionalText } from '../openapi/schema.ts'
import { challengeMembers } from '../shared/challenge.ts'

const newPassword = () => optionalText('8 to 256 characters')
const currentPassword = () => optionalText('Judged as at a sign-in')
const mailedToken = () => optionalText('The token of the mailed link')

export const PinBody = v.object({
  pin: optionalText('4 to 12 digits'),
  current_password: currentPassword(),
})

export const ForgotPasswordBody = v.object({ email: optionalName('E-mail address'), ...challengeMembers })

export const ResetPasswordBody = v.object({ token: mailedToken(), password: newPassword() })

export const ChangePasswordBody = v.object({
  current_password: currentPassword(),
  new_password: newPassword(),
  end_other_credentials: optionalFlag('Whether a PIN ends too; true when left out'),
})

export const ChangeEmailBody = v.object({ email: optionalName('The address to come'), password: currentPassword() })

export const TokenBody = v.object({ token: mailedToken() })

export const PasswordBody = v.object({ password: currentPassword() })

export const ProfileBody = v.object({
  first_name: clearableName('At most 100 characters; null for none'),
  last_name: clearableName('At most 100 characters; null for none'),
  username: clearableName('1 to 64 letters, digits, spaces inside, or any of . _ -; null for none'),
})

export const ReauthenticationSchema = v.object({
  message: v.string(),
  access_token: v.string(),
  accessToken: v.pipe(v.string(), v.description('The same again')),
  token_type: v.literal('Bearer'),
  expires_in: v.pipe(v.number(), v.integer(), v.description('Seconds')),
})

export function renderReauthentication({ accessToken, expiresIn }: Reauthentication): v.InferOutput<typeof ReauthenticationSchema> {
  return {
    message: 'Reauthenticated',
    access_token: accessToken,
    accessToken,
    token_type: 'Bearer',
    expires_in: expiresIn,
  }
}
