// What a refusal says where no document says otherwise: on `v1`, the admin API, and whatever belongs to no API.
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import * as v from 'valibot'
import { memberName } from '../../platform/identifiers/member-name.ts'
import type { Failure } from './failures.ts'
import { REFUSALS } from './refusals.ts'

/** What operators alone are told: anybody else must not learn who has an account. */
const OPERATORS_ONLY = ['email_taken']

/** The closed list of `code` in answers of `v1`. */
export const ERROR_CODES: readonly string[] = [
  ...new Set(Object.entries(REFUSALS).map(([code, { wireCode }]) => wireCode ?? code)),
].filter((code) => !OPERATORS_ONLY.includes(code))

export const ErrorCodeSchema = v.picklist(ERROR_CODES)
export const AdminErrorCodeSchema = v.picklist([...ERROR_CODES, ...OPERATORS_ONLY])
export const FieldProblemSchema = v.object({ field: v.string(), message: v.string() })
export const LineProblemSchema = v.object({ line: v.pipe(v.number(), v.integer()), message: v.string() })

export const ErrorSchema = v.object({
  message: v.string(),
  code: ErrorCodeSchema,
  request_id: v.string(),
  errors: v.optional(v.array(FieldProblemSchema)),
  hint: v.optional(v.pipe(v.string(), v.description('On every 401 of a sign-in'))),
})

export const AdminErrorSchema = v.object({
  ...ErrorSchema.entries,
  errors: v.optional(v.array(v.union([FieldProblemSchema, LineProblemSchema]))),
  code: AdminErrorCodeSchema,
})

/** The same for every failed sign-in, so that it tells nothing about the account. */
const SIGN_IN_HINT = 'If you have registered only now, confirm your address first: look for our mail'

export function renderFailure(failure: Failure, requestId: string): [v.InferOutput<typeof AdminErrorSchema>, ContentfulStatusCode] {
  const { status, message, wireCode } = REFUSALS[failure.code]
  const { fields, lines } = failure.details
  const body = {
    message,
    code: wireCode ?? failure.code,
    request_id: requestId,
    ...(fields && { errors: fields.map(({ field, message }) => ({ field: memberName(field), message })) }),
    ...(lines && { errors: lines.map(({ line, message }) => ({ line, message })) }),
    ...(failure.code === 'invalid_credentials' && { hint: SIGN_IN_HINT }),
  }
  return [body, status]
}
