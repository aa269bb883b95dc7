// From an untrusted object to a typed one: known members of the right type, and the names of those that are not.
import * as v from 'valibot'
import { AuthError, type FieldProblem } from '../../core/kernel/errors.ts'
import type { JsonObject } from '../shared/context.ts'

const TYPES: Readonly<Record<string, string>> = { string: 'a string', boolean: 'true or false' }

/** Members a schema does not name never get past here. @throws AuthError `invalid_request`, never with a value in it */
export function parseBody<const Schema extends v.GenericSchema>(schema: Schema, body: JsonObject | null): v.InferOutput<Schema> {
  const result = v.safeParse(schema, body ?? {})
  if (result.success) return result.output
  const fields: FieldProblem[] = result.issues.map((issue) => ({
    field: v.getDotPath(issue) ?? '',
    message: `must be ${TYPES[issue.expected ?? ''] ?? 'of another type'}`,
  }))
  throw new AuthError('invalid_request', 'members of the wrong type', { fields })
}

// What stands behind a transformation is not said of what comes in: descriptions are before it.

/** A text member that may be left out; `null` and the empty text, which is what an empty form field sends, count as left out. */
export function optionalText(description: string) {
  return v.optional(
    v.pipe(
      v.nullable(v.string()),
      v.description(description),
      v.transform((text) => text || undefined),
    ),
  )
}

/** The same for an address or a name: blanks around it are no part of it. */
export function optionalName(description: string) {
  return v.optional(
    v.pipe(
      v.nullable(v.string()),
      v.description(description),
      v.transform((text) => text?.trim() || undefined),
    ),
  )
}

/** A yes or no that may be left out; `null` and the empty text count as left out. */
export function optionalFlag(description: string) {
  return v.optional(
    v.pipe(
      v.nullable(v.union([v.boolean(), v.literal('')])),
      v.description(description),
      v.transform((flag) => (flag === '' || flag === null ? undefined : flag)),
    ),
  )
}

/** A name that may be left out, as the empty text is, and that `null` clears. */
export function clearableName(description: string) {
  return v.optional(
    v.pipe(
      v.nullable(v.string()),
      v.description(description),
      v.transform((text) => (text === null ? null : text.trim() || undefined)),
    ),
  )
}
