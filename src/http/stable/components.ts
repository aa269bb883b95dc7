// The shapes of the `stable` face by name, for OpenAPI: each answer, and what is in its envelope.
import { FACTS, MEMBERS } from '../openapi/members.ts'
import type { Component, Facts } from '../openapi/operation.ts'
import {
  GrantedAccessesSchema,
  GrantedAccessSchema,
  IdentitySchema,
  NothingSchema,
  RevokedSchema,
  StableErrorSchema,
  StableGrantAnswer,
  StableGrantSchema,
  StableIdentityAnswer,
  StableLoginBody,
  StableSignOutAnswer,
  StableTokensAnswer,
  StableUserAnswer,
  StableUserSchema,
} from './wire.ts'

const TIME = { format: 'date-time', examples: ['2026-11-27T09:30:00+00:00'] }
const SESSION = { sessionId: { description: 'The id of the session', ...FACTS.SESSION_ID } }

const answer = (schema: Component['schema'], about: string): Component => ({
  schema,
  about,
  members: { data: { description: 'What was asked for' }, status: { description: 'That it went well' } },
})

export const stableComponents: Readonly<Record<string, Component>> = {
  StableLoginRequest: {
    schema: StableLoginBody,
    about: 'Who signs in.',
    members: { operationsScope: { examples: [null] } },
  },
  StableGrantResponse: answer(StableGrantAnswer, 'A sign-in.'),
  StableGrant: {
    schema: StableGrantSchema,
    about: 'A token that lasts for years, and the session it is of.',
    members: {
      ...SESSION,
      expire: TIME,
      token: { ...FACTS.JWT, description: 'For `Authorization: Bearer`, until `expire`' },
    },
  },
  StableIdentityResponse: answer(StableIdentityAnswer, 'Who asks.'),
  StableIdentity: {
    schema: IdentitySchema,
    about: 'The user and the session of a token.',
    members: { ...SESSION, grantedAccess: { description: 'The session of the token' } },
  },
  StableUserResponse: answer(StableUserAnswer, 'The user who was asked for.'),
  StableUser: { schema: StableUserSchema, about: 'A user.' },
  StableSignOutResponse: answer(StableSignOutAnswer, 'That a session has ended.'),
  StableSignOut: { schema: RevokedSchema, about: 'Which session has ended.', members: SESSION },
  GrantedAccessListResponse: answer(StableTokensAnswer, 'Accesses that were granted to a user.'),
  GrantedAccessList: {
    schema: GrantedAccessesSchema,
    about: 'Accesses that were granted to a user, newest first.',
    members: { grantedAccesses: { description: 'Ended ones too, until they would have expired' } },
  },
  GrantedAccess: {
    schema: GrantedAccessSchema,
    about: 'A session, as the record of an access that was granted.',
    members: {
      CreatedAt: { ...TIME, description: 'When it was granted' },
      UpdatedAt: TIME,
      DeletedAt: { description: 'Always null: nothing that was deleted is listed', examples: [null] },
      id: FACTS.SESSION_ID,
      expiresAt: { ...TIME, description: 'When it ends by itself' },
      deactivated: { examples: [false] },
      description: { description: 'How the session began', maxLength: 256, examples: ['Login'] },
      requesterIP: MEMBERS.ip,
      user: { description: 'The username; of who has none, the address', maxLength: MEMBERS.email.maxLength, examples: ['ada'] },
    } satisfies Readonly<Record<string, Facts>>,
  },
  StableError: {
    schema: StableErrorSchema,
    about: 'Why a request was refused.',
    members: {
      status: { description: 'That it did not go well' },
      code: { type: 'integer', format: 'int32', description: 'The HTTP status', examples: [401] },
      message: { description: 'Why', examples: ['incorrect Username or Password'] },
      data: { description: 'Nothing' },
    },
  },
  StableNothing: { schema: NothingSchema, about: 'The content of a refusal: nothing.' },
}
