// The shapes of the admin API by name, for OpenAPI.
import { AdminErrorCodeSchema, AdminErrorSchema, LineProblemSchema } from '../failures/error-wire.ts'
import { CODE_FACTS, errorComponents } from '../openapi/error-openapi.ts'
import { FACTS, MEMBERS } from '../openapi/members.ts'
import { messageComponents } from '../openapi/message-schema.ts'
import type { Component } from '../openapi/operation.ts'
import {
  AccountCountsSchema,
  AccountSchema,
  AddressWaitSchema,
  AdminSessionSchema,
  AdminUserSchema,
  CreateBody,
  DaySchema,
  EditBody,
  EventCountsSchema,
  EventListSchema,
  EventSchema,
  ImportReportSchema,
  LimitsSchema,
  MailListSchema,
  MailSchema,
  PendingRegistrationsSchema,
  PermissionListSchema,
  PermissionsBody,
  PinWaitsSchema,
  RecoverySchema,
  RegistrationSchema,
  RetriedMailSchema,
  SessionListSchema,
  SetPasswordBody,
  SetPinBody,
  StatsSchema,
  StorySchema,
  UserListSchema,
  WaitsSchema,
} from './wire.ts'

const { TIME, COUNT, LARGE, SENTENCE, UUID } = FACTS
const PLACE = { pattern: '^[0-9]{1,15}$', examples: ['4711'] }
const ADDRESS = { email: FACTS.TYPED_EMAIL }
const NEW_PASSWORD = { password: FACTS.NEW_PASSWORD }
const CANNOT_SIGN_IN = { ...SENTENCE, examples: ['The account is disabled'] }
const USER = { description: 'The account' }
const MAILS = { description: 'What became of mail, newest first' }
const REGISTRATIONS = { description: 'Those that are not confirmed yet, newest first' }
const WAITS = {
  failures: { ...COUNT, examples: [2] },
  wait_seconds: { ...COUNT, examples: [0] },
  waiting_addresses: { ...COUNT, examples: [0] },
  longest_wait_seconds: { ...COUNT, description: 'Of those addresses, the one that waits longest', examples: [0] },
}

export const adminComponents = {
  ...errorComponents,
  ...messageComponents,
  Error: { ...errorComponents.Error, schema: AdminErrorSchema },
  ErrorCode: { schema: AdminErrorCodeSchema, about: CODE_FACTS.description, facts: CODE_FACTS },
  LineProblem: {
    schema: LineProblemSchema,
    about: 'What is wrong with one line of an import.',
    members: {
      line: { ...LARGE, minimum: 1, description: 'Its number, from 1', examples: [3] },
      message: { ...SENTENCE, description: 'The rule it breaks', examples: ['email must be an e-mail address'] },
    },
  },
  User: {
    schema: AdminUserSchema,
    about: 'An account, as an operator sees it.',
    members: {
      disabled_at: { ...TIME, description: 'Since when sign-in is refused (RFC 3339); null where it is not', examples: [null] },
      updated_at: { ...TIME, description: 'The last change (RFC 3339)' },
      number: { ...LARGE, examples: [42] },
      external_id: { maxLength: 255, examples: [null] },
      locale: { maxLength: 35, examples: ['en'] },
      credentials: { examples: [['password']] },
      imported_factors: { items: { maxLength: 64, examples: ['totp'] }, examples: [[]] },
    },
  },
  UserList: {
    schema: UserListSchema,
    about: 'A page of accounts, in the order of addresses.',
    members: {
      users: { description: 'The accounts' },
      next: { ...MEMBERS.email, description: 'For `after`; null on the last page', examples: [null] },
    },
  },
  Account: { schema: AccountSchema, about: 'The account that it was about.', members: { user: USER } },
  Story: {
    schema: StorySchema,
    about: 'The whole story of an account.',
    members: {
      user: USER,
      cannot_sign_in: CANNOT_SIGN_IN,
      registrations: REGISTRATIONS,
      limits: { description: 'Who waits' },
      mails: MAILS,
      events: { description: 'The latest, oldest first' },
    },
  },
  Limits: {
    schema: LimitsSchema,
    about: 'Who waits after wrong attempts.',
    members: {
      email: { description: 'With the address' },
      username: { description: 'With the username; null for none' },
      pin: { description: 'With the PIN; null for none' },
    },
  },
  Waits: { schema: WaitsSchema, about: 'Who waits after wrong attempts with one identifier.', members: WAITS },
  PinWaits: {
    schema: PinWaitsSchema,
    about: 'Who waits after wrong PINs.',
    members: {
      ...WAITS,
      wrong_in_a_row: { ...COUNT, description: 'Since the last right one', examples: [0] },
      is_locked: { description: 'Whether guesses have locked it', examples: [false] },
    },
  },
  AddressWait: {
    schema: AddressWaitSchema,
    about: 'A client address that is refused whatever it asks for.',
    members: {
      address: { ...MEMBERS.ip, description: 'The address; IPv6 by /64' },
      wait_seconds: { ...COUNT, description: 'For how long', examples: [60] },
    },
  },
  Recovery: {
    schema: RecoverySchema,
    about: 'The right of an address of before to take the account back.',
    members: {
      oldest_email: { ...MEMBERS.email, description: 'The address that has the last word' },
      ends_at: { ...TIME, description: 'Until when (RFC 3339)' },
    },
  },
  Session: {
    schema: AdminSessionSchema,
    about: 'A session that lives.',
    members: {
      id: FACTS.SESSION_ID,
      amr: { description: 'How it was signed in to (RFC 8176)', items: { maxLength: 16, examples: ['pwd'] }, examples: [['pwd']] },
    },
  },
  SessionList: { schema: SessionListSchema, about: 'The sessions of a user.' },
  Registration: { schema: RegistrationSchema, about: 'A registration that is not confirmed yet.' },
  PendingRegistrations: {
    schema: PendingRegistrationsSchema,
    about: 'Registrations that are not confirmed yet, and what became of mail to the address that was asked for.',
    members: { registrations: REGISTRATIONS, mails: MAILS, cannot_sign_in: CANNOT_SIGN_IN },
  },
  Event: {
    schema: EventSchema,
    about: 'An act that the record has.',
    members: {
      reason: { ...SENTENCE, description: 'In the words of the service; null for none', examples: [null] },
      user_id: { description: 'Whose account; null for none', minLength: 1, maxLength: 64, examples: UUID.examples },
      actor: {
        description: 'Who acted',
        pattern: '^(user|anonymous|operator|system|admin:.+|worker:.+)$',
        examples: ['user'],
      },
      face: {
        description: 'By which way in',
        enum: ['v1', 'stable', 'cookie', 'page', 'admin', 'rpc', 'cli', 'system'],
        examples: ['v1'],
      },
    },
  },
  EventList: {
    schema: EventListSchema,
    about: 'A part of the record, oldest first.',
    members: {
      next: { ...PLACE, description: 'For `after`: what is written later' },
      previous: { ...PLACE, description: 'For `before`: what was written earlier; null where there is none' },
    },
  },
  Mail: {
    schema: MailSchema,
    about: 'What became of a mail. Its text is not told.',
    members: {
      state: { description: 'Whether it has gone out', examples: ['sent'] },
      to: { ...MEMBERS.email, description: 'The recipient' },
      purpose: { description: 'What it is about', maxLength: 64, examples: ['registration'] },
      attempts: { ...COUNT, description: 'How often it was tried', examples: [1] },
      reason: { ...SENTENCE, description: 'Why the last attempt failed; null for none', examples: [null] },
      queued_at: { ...TIME, description: 'Since when it waits (RFC 3339)' },
      sent_at: { ...TIME, description: 'When it went out (RFC 3339); null while it has not' },
      dead_at: { ...TIME, description: 'When it was given up (RFC 3339); null while it is not', examples: [null] },
      next_attempt_at: { ...TIME, description: 'When it is tried again (RFC 3339); null where it is not', examples: [null] },
      expires_at: { ...TIME, description: 'When its link expires (RFC 3339); null without a link' },
      can_retry: { description: 'Whether `retry` would try it again', examples: [false] },
    },
  },
  MailList: { schema: MailListSchema, about: 'Mails, newest first.', members: { mails: MAILS } },
  RetriedMail: {
    schema: RetriedMailSchema,
    about: 'That a mail is tried again.',
    members: { to: { ...MEMBERS.email, description: 'The recipient' } },
  },
  PermissionList: { schema: PermissionListSchema, about: 'The permissions that the account has now.' },
  ImportReport: {
    schema: ImportReportSchema,
    about: 'What an import has done, or would do.',
    members: {
      dry_run: { description: 'Whether it has written nobody', examples: [true] },
      imported: { ...LARGE, examples: [2] },
      present: { ...LARGE, examples: [0] },
      left_alone: { maxItems: 1000, examples: [[]] },
      without_number: { maxItems: 1000, examples: [[]] },
      not_imported: { maxItems: 1000, examples: [[]] },
    },
  },
  Stats: {
    schema: StatsSchema,
    about: 'How many accounts there are, and what happened by day.',
    members: { accounts: { description: 'How many there are' }, days: { description: 'Oldest first, from midnight UTC' } },
  },
  AccountCounts: {
    schema: AccountCountsSchema,
    about: 'How many accounts there are.',
    members: {
      all: { ...LARGE, description: 'In all', examples: [120] },
      disabled: { ...LARGE, description: 'Those whose sign-in is refused', examples: [1] },
      unverified: { ...LARGE, description: 'Those whose address is not proven', examples: [4] },
      old_hashes: { ...LARGE, examples: [0] },
    },
  },
  DayStats: {
    schema: DaySchema,
    about: 'What happened on a day.',
    members: {
      day: { description: 'The day', format: 'date', examples: ['2026-11-27'] },
      counts: { description: 'How often each act was recorded' },
    },
  },
  EventCounts: {
    schema: EventCountsSchema,
    about: 'Acts, as `what of outcome`, and how often each was recorded.',
    facts: { examples: [{ 'sign_in success': 7 }] },
  },
  CreateUserRequest: {
    schema: CreateBody,
    about: 'The account to come.',
    members: { ...ADDRESS, ...NEW_PASSWORD, verified: { examples: [true] } },
    shows: ['username', 'verified'],
  },
  EditUserRequest: {
    schema: EditBody,
    about: 'What changes: what is left out stays.',
    members: { ...ADDRESS, verified: { examples: [true] } },
    shows: ['first_name', 'last_name'],
  },
  SetPasswordRequest: { schema: SetPasswordBody, about: 'The new password.', members: NEW_PASSWORD },
  SetPinRequest: { schema: SetPinBody, about: 'The new PIN.' },
  PermissionsRequest: { schema: PermissionsBody, about: 'Permissions to grant or to take.' },
} as const satisfies Readonly<Record<string, Component>>
