// The admin API's schemas: by these its bodies are checked, and by these what src/core/admin/views.ts makes is documented.
import * as v from 'valibot'
import { AUDIT_ACTS, AUDIT_OUTCOMES } from '../../core/accounts/list-activity.ts'
import { LineProblemSchema } from '../failures/error-wire.ts'
import { clearableName, optionalFlag, optionalName, optionalText } from '../openapi/schema.ts'
import { UserSchema } from '../shared/user-wire.ts'

const permissions = () => v.optional(v.pipe(v.array(v.string()), v.description('Names of 1 to 64 of A-Z a-z 0-9 . _ : -')))

export const CreateBody = v.object({
  email: optionalName('E-mail address, compared without case'),
  password: optionalText('8 to 256 characters'),
  username: optionalName('1 to 64 letters, digits, spaces inside, or any of . _ -'),
  first_name: optionalName('At most 100 characters'),
  last_name: optionalName('At most 100 characters'),
  pin: optionalText('4 to 12 digits'),
  permissions: permissions(),
  verified: optionalFlag('Whether the address counts as proven'),
})
export const EditBody = v.object({
  email: optionalName('Changes alone; not proven unless `verified` says so'),
  verified: optionalFlag('Whether the new address counts as proven'),
  username: clearableName('null for none'),
  first_name: clearableName('At most 100 characters; null for none'),
  last_name: clearableName('At most 100 characters; null for none'),
})
export const SetPasswordBody = v.object({ password: optionalText('8 to 256 characters') })
export const SetPinBody = v.object({ pin: optionalText('4 to 12 digits') })
export const PermissionsBody = v.object({ permissions: permissions() })

const count = () => v.pipe(v.number(), v.integer())
const time = () => v.pipe(v.string(), v.description('RFC 3339'))
const maybe = <T extends v.GenericSchema>(schema: T) => v.nullable(schema)

export const AdminUserSchema = v.object({
  ...UserSchema.entries,
  disabled_at: maybe(time()),
  updated_at: time(),
  number: v.pipe(maybe(count()), v.description('What v1 calls the user with USER_IDS=number')),
  external_id: v.pipe(maybe(v.string()), v.description('What another system calls the user')),
  locale: v.pipe(maybe(v.string()), v.description('Language of mail')),
  credentials: v.pipe(v.array(v.picklist(['password', 'pin'])), v.description('What there is to sign in by')),
  imported_factors: v.pipe(
    v.array(v.string()),
    v.description('What there was besides a password in the system the user comes from'),
  ),
})
export const AdminSessionSchema = v.object({
  id: v.string(),
  created_at: time(),
  last_used_at: time(),
  expires_at: time(),
  ip: v.string(),
  user_agent: v.string(),
  amr: v.array(v.string()),
})
export const RegistrationSchema = v.object({
  id: v.string(),
  email: v.string(),
  username: maybe(v.string()),
  ip: v.string(),
  user_agent: v.string(),
  created_at: time(),
  expires_at: time(),
})
export const MailSchema = v.object({
  id: v.string(),
  state: v.picklist(['waiting', 'sent', 'dead']),
  to: v.string(),
  purpose: v.string(),
  attempts: count(),
  reason: maybe(v.string()),
  queued_at: time(),
  sent_at: maybe(time()),
  dead_at: maybe(time()),
  next_attempt_at: maybe(time()),
  expires_at: maybe(time()),
  can_retry: v.boolean(),
})
export const EventSchema = v.object({
  id: v.string(),
  at: time(),
  what: v.picklist(AUDIT_ACTS),
  outcome: v.picklist(AUDIT_OUTCOMES),
  reason: maybe(v.string()),
  user_id: maybe(v.string()),
  email: v.pipe(maybe(v.string()), v.description('That the account has now')),
  session_id: maybe(v.string()),
  actor: v.string(),
  ip: maybe(v.string()),
  user_agent: maybe(v.string()),
  face: v.string(),
})
export const WaitsSchema = v.object({
  failures: v.pipe(count(), v.description('Wrong attempts from addresses that are not known, within the window')),
  wait_seconds: v.pipe(count(), v.description('For addresses that are not known; 0: none waits')),
  waiting_addresses: v.pipe(count(), v.description('Client addresses that wait for their own wrong attempts')),
  longest_wait_seconds: count(),
})
export const PinWaitsSchema = v.object({ ...WaitsSchema.entries, wrong_in_a_row: count(), is_locked: v.boolean() })
export const AddressWaitSchema = v.object({ address: v.string(), wait_seconds: count() })
export const LimitsSchema = v.object({
  email: WaitsSchema,
  username: maybe(WaitsSchema),
  addresses: v.pipe(
    v.array(AddressWaitSchema),
    v.description('Client addresses that the account was asked for from lately and that are refused whatever they ask for'),
  ),
  pin: maybe(PinWaitsSchema),
})
export const RecoverySchema = v.object({ oldest_email: v.string(), ends_at: time() })
export const StorySchema = v.object({
  user: AdminUserSchema,
  cannot_sign_in: v.pipe(maybe(v.string()), v.description('One sentence why, or null')),
  sessions: v.array(AdminSessionSchema),
  registrations: v.array(RegistrationSchema),
  limits: LimitsSchema,
  recovery: v.pipe(maybe(RecoverySchema), v.description('While an address of before may take the account back')),
  mails: v.array(MailSchema),
  events: v.array(EventSchema),
})
export const ImportReportSchema = v.object({
  dry_run: v.boolean(),
  imported: v.pipe(count(), v.description('Users that were written, or would be')),
  present: v.pipe(count(), v.description('Lines whose users an earlier import has brought: nothing of theirs changes')),
  left_alone: v.pipe(
    v.array(LineProblemSchema),
    v.description('Those of them that are another account since, or none; at most 1000'),
  ),
  without_number: v.pipe(
    v.array(LineProblemSchema),
    v.description('New users who get another number than the one they seem to have had; at most 1000'),
  ),
  not_imported: v.pipe(
    v.array(LineProblemSchema),
    v.description('Whose address or username was taken while the import ran; at most 1000'),
  ),
})
export const AccountCountsSchema = v.object({
  all: count(),
  disabled: count(),
  unverified: count(),
  old_hashes: v.pipe(count(), v.description('Those whose hash is made anew at the next sign-in')),
})
export const EventCountsSchema = v.record(v.string(), count())
export const DaySchema = v.object({ day: v.string(), counts: EventCountsSchema })
export const StatsSchema = v.object({ accounts: AccountCountsSchema, days: v.array(DaySchema) })

export const UserListSchema = v.object({ users: v.array(AdminUserSchema), next: v.nullable(v.string()) })
export const AccountSchema = v.object({ user: AdminUserSchema })
export const SessionListSchema = v.object({ sessions: v.array(AdminSessionSchema) })
export const PermissionListSchema = v.object({ permissions: v.array(v.string()) })
export const PendingRegistrationsSchema = v.object({
  registrations: v.array(RegistrationSchema),
  mails: v.array(MailSchema),
  cannot_sign_in: v.pipe(v.nullable(v.string()), v.description('null where no address is asked for, or it has an account')),
})
export const EventListSchema = v.object({ events: v.array(EventSchema), next: v.string(), previous: v.nullable(v.string()) })
export const MailListSchema = v.object({ mails: v.array(MailSchema) })
export const RetriedMailSchema = v.object({ message: v.string(), to: v.string() })
export const ExportSchema = v.string()
