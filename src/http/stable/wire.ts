// How the `stable` face says things: document 002's envelope around everything, and its words for every refusal.
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import * as v from 'valibot'
import type { GrantedAccess } from '../../core/access/granted-access-rules.ts'
import type { StableIdentity } from '../../core/access/who-am-i.ts'
import type { StableGrant } from '../../core/sign-in/sign-in-stable.ts'
import { renderTime as renderRfc3339 } from '../../platform/runtime/rfc3339.ts'
import type { Failure } from '../failures/failures.ts'
import { type FailureCode, REFUSAL_STATUSES, REFUSALS, type Refusal } from '../failures/refusals.ts'
import { optionalName, optionalText } from '../openapi/schema.ts'
import type { JsonObject } from '../shared/context.ts'

export const StableLoginBody = v.object({
  username: optionalName('Compared by compatibility form and case'),
  password: optionalText('Whatever it is, it is judged, not checked against the policy'),
  operationsScope: v.optional(v.pipe(v.unknown(), v.description('Refused: a token has all rights of its user'))),
})

/**
 * Programs that were written for document 002's own system may write a member in any case, since that one reads it so (Go's `encoding/json`
 * folds case). Of this one alone it matters: asked for and not seen, the token would have more power than was asked for.
 */
export function findOperationsScope(body: JsonObject | null): unknown {
  return Object.entries(body ?? {}).find(([name, value]) => name.toUpperCase() === 'OPERATIONSSCOPE' && value !== null)?.[1]
}

const Time = v.pipe(v.string(), v.description('RFC 3339 with an offset'))
const SessionId = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const Permissions = v.array(v.string())

export const StableGrantSchema = v.object({
  expire: Time,
  sessionId: SessionId,
  token: v.pipe(v.string(), v.description('For `Authorization: Bearer`, until `expire`')),
})

export const GrantedAccessSchema = v.object({
  CreatedAt: Time,
  UpdatedAt: v.pipe(v.string(), v.description('When it ended; of one that goes on, when it was last used to sign in or refresh')),
  DeletedAt: v.null(),
  id: SessionId,
  expiresAt: Time,
  deactivated: v.pipe(v.boolean(), v.description('Ended before its time')),
  description: v.string(),
  requesterIP: v.string(),
  user: v.string(),
})

export const IdentitySchema = v.object({
  email: v.string(),
  grantedAccess: GrantedAccessSchema,
  permissions: Permissions,
  sessionId: SessionId,
})

export const StableUserSchema = v.object({ email: v.string(), permissions: Permissions })
export const RevokedSchema = v.object({ message: v.string(), sessionId: SessionId })
export const GrantedAccessesSchema = v.object({ grantedAccesses: v.array(GrantedAccessSchema) })

/** What `envelope` makes of the schema of its content. */
function envelopeSchema<const Schema extends v.GenericSchema>(data: Schema) {
  return v.object({ data, status: v.literal(true) })
}

export const StableGrantAnswer = envelopeSchema(StableGrantSchema)
export const StableIdentityAnswer = envelopeSchema(IdentitySchema)
export const StableUserAnswer = envelopeSchema(StableUserSchema)
export const StableSignOutAnswer = envelopeSchema(RevokedSchema)
export const StableTokensAnswer = envelopeSchema(GrantedAccessesSchema)

export const NothingSchema = v.object({})

export const StableErrorSchema = v.object({
  status: v.literal(false),
  code: v.picklist(REFUSAL_STATUSES),
  message: v.string(),
  data: NothingSchema,
})

export const REFUSALS_OF_002: Readonly<Record<FailureCode, Refusal>> = {
  ...REFUSALS,
  missing_credentials: { status: 400, message: 'Username and password are required' },
  invalid_credentials: { status: 401, message: 'incorrect Username or Password' },
  session_ended: { status: 403, message: 'Forbidden' },
}

export function renderFailure(failure: Failure): [v.InferOutput<typeof StableErrorSchema>, ContentfulStatusCode] {
  const { status, message: words } = REFUSALS_OF_002[failure.code]
  const problems = failure.details.fields?.map(({ field, message }) => `${field} ${message}`).join(', ')
  return [{ status: false, code: status, message: problems ? `${words}: ${problems}` : words, data: {} }, status]
}

export function envelope<Data>(data: Data): { data: Data; status: true } {
  return { data, status: true }
}

export function renderGrant({ token, sessionId, expiresAt }: StableGrant): v.InferOutput<typeof StableGrantSchema> {
  return { expire: renderTime(expiresAt), sessionId, token }
}

export function renderIdentity(identity: StableIdentity): v.InferOutput<typeof IdentitySchema> {
  const { email, grantedAccess, permissions, sessionId } = identity
  return { email, grantedAccess: renderGrantedAccess(grantedAccess), permissions: [...permissions], sessionId }
}

export function renderGrantedAccess(access: GrantedAccess): v.InferOutput<typeof GrantedAccessSchema> {
  return {
    CreatedAt: renderTime(access.createdAt),
    UpdatedAt: renderTime(access.updatedAt),
    // Nothing that was deleted is listed.
    DeletedAt: null,
    id: access.id,
    expiresAt: renderTime(access.expiresAt),
    deactivated: access.deactivated,
    description: access.description,
    requesterIP: access.requesterIp,
    user: access.user,
  }
}

/** As document 002 has it: a parser made for that need not know `Z`. */
function renderTime(epochSeconds: number): string {
  return renderRfc3339(epochSeconds, '+00:00')
}
