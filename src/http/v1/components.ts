// The shapes of the `v1` face by name, for OpenAPI.
import { errorComponents } from '../openapi/error-openapi.ts'
import { FACTS } from '../openapi/members.ts'
import { messageComponents } from '../openapi/message-schema.ts'
import type { Component } from '../openapi/operation.ts'
import { PublicUserSchema } from '../shared/user-wire.ts'
import { ActivityEventSchema, ActivitySchema } from './activity.ts'
import { ChangeEmailBody, TokenBody } from './email-address.ts'
import { ChangePasswordBody, ForgotPasswordBody, ResetPasswordBody } from './passwords.ts'
import { PinBody } from './pin.ts'
import { CurrentUserSchema, ProfileBody } from './profile.ts'
import { EmailBody, RegisterBody, RegisteredSchema } from './registration.ts'
import { SessionSchema } from './session-shape.ts'
import { AllRevokedSchema, SessionListSchema } from './sessions.ts'
import { ExtensionSchema, GrantSchema, LoginBody, PasswordBody, ReauthenticationSchema, RefreshBody } from './sign-in.ts'

const NEW_PASSWORD = { password: FACTS.NEW_PASSWORD }
const ADDRESS = { email: FACTS.TYPED_EMAIL }

export const v1Components = {
  ...errorComponents,
  ...messageComponents,
  User: {
    schema: PublicUserSchema,
    about: 'An account.',
    members: { id: { description: 'Opaque; a number with USER_IDS=number' } },
  },
  CurrentUser: { schema: CurrentUserSchema, about: 'The account of who asks.' },
  Registration: {
    schema: RegisteredSchema,
    about: 'A registration, which looks like the account that it may become.',
    members: { user: { description: 'As it would be; its id is invented where the address has an account already' } },
  },
  Grant: { schema: GrantSchema, about: 'A session that was signed in to or refreshed: its tokens, and whose it is.' },
  Session: { schema: SessionSchema, about: 'A session that lives.', members: { id: FACTS.SESSION_ID } },
  SessionList: { schema: SessionListSchema, about: 'The sessions of a user.' },
  SessionExtension: { schema: ExtensionSchema, about: 'A session that lasts longer now, with another access token.' },
  AllSessionsRevoked: { schema: AllRevokedSchema, about: 'That all sessions have ended.' },
  Reauthentication: { schema: ReauthenticationSchema, about: 'An access token that says when the password was given last.' },
  Activity: { schema: ActivitySchema, about: 'A page of what has happened to an account, newest first.' },
  Event: { schema: ActivityEventSchema, about: 'Something that has happened to an account.' },

  RegisterRequest: {
    schema: RegisterBody,
    about: 'Who wants an account.',
    members: { ...ADDRESS, ...NEW_PASSWORD },
    shows: ['username', 'first_name', 'last_name'],
  },
  LoginRequest: {
    schema: LoginBody,
    about: 'Who signs in, by address or by username, and the password.',
    members: ADDRESS,
    shows: ['email'],
  },
  EmailRequest: { schema: EmailBody, about: 'Whose registration it is about.', members: ADDRESS },
  RefreshRequest: { schema: RefreshBody, about: 'The refresh token, where it is the credential.', shows: ['refresh_token'] },
  PinRequest: { schema: PinBody, about: 'The new PIN.' },
  ForgotPasswordRequest: { schema: ForgotPasswordBody, about: 'Who asks for a link.', members: ADDRESS },
  ResetPasswordRequest: { schema: ResetPasswordBody, about: 'The mailed link, and the new password.', members: NEW_PASSWORD },
  ChangePasswordRequest: { schema: ChangePasswordBody, about: 'The password there is, and the one to come.' },
  ChangeEmailRequest: { schema: ChangeEmailBody, about: 'The address to come, and the password.', members: ADDRESS },
  TokenRequest: { schema: TokenBody, about: 'The mailed link.' },
  PasswordRequest: { schema: PasswordBody, about: 'The password, once more.' },
  ProfileRequest: {
    schema: ProfileBody,
    about: 'Names: what is left out stays.',
    shows: ['first_name', 'last_name'],
  },
} as const satisfies Readonly<Record<string, Component>>
