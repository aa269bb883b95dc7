// How the `cookie` face says things: the schema its one body is checked and documented by, and its words for every refusal.
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import * as v from 'valibot'
import type { Failure } from '../failures/failures.ts'
import { type FailureCode, REFUSALS, type Refusal } from '../failures/refusals.ts'
import { optionalName, optionalText } from '../openapi/schema.ts'

export const PinLoginBody = v.object({
  name: optionalName('The username'),
  pin: optionalText('4 to 12 digits; whatever text it is, it is judged'),
})

export const CookieErrorSchema = v.object({
  message: v.string(),
  retryAfter: v.optional(v.pipe(v.number(), v.integer(), v.description('Seconds, with 429'))),
})

const REFUSALS_OF_003: Readonly<Record<FailureCode, Refusal>> = {
  ...REFUSALS,
  missing_credentials: { status: 400, message: 'Name and PIN are required' },
  token_reused: { status: 401, message: 'Invalid refresh token' },
}

export function renderFailure({ code, details }: Failure): [v.InferOutput<typeof CookieErrorSchema>, ContentfulStatusCode] {
  const { status, message: words } = REFUSALS_OF_003[code]
  // There is no member for them here, so the message itself names what is wrong, never its value.
  const problems = details.fields?.map(({ field, message }) => `${field} ${message}`).join(', ')
  const { limit } = details
  return [{ message: problems || words, ...(limit && { retryAfter: limit.retryAfterSeconds }) }, status]
}
