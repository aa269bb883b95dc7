// Judges replies by the OpenAPI document: is this status documented for this operation, and is the body what its schema says?
// Knows just the keywords of JSON Schema that the document uses, and refuses any other, so that nothing passes unread.
import type { Reply } from '../harness.ts'

// biome-ignore lint/suspicious/noExplicitAny: a document of unknown shape is what is judged here
export type Json = any

/** What is wrong with a reply, as far as the document tells; empty when nothing is. */
export function findUndocumented(document: Json, method: string, route: string, reply: Reply): string[] {
  const operation = document.paths[route]?.[method.toLowerCase()]
  if (!operation) return [`${method} ${route} is not documented`]
  const response = operation.responses[reply.status]
  if (!response) return [`${reply.status} is not documented for ${method} ${route}`]
  const schema = response.content['application/json'].schema
  return findProblems(document, schema, reply.body, '$').map((problem) => `${method} ${route} ${reply.status}: ${problem}`)
}

const ANNOTATIONS = ['description', 'title', 'default', 'examples', 'contentMediaType']

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const isMailbox = (value: string) => /^[^\s@]+@[^\s@]+$/.test(value)

/** As far as a reply can be told by them. */
const FORMATS: Readonly<Record<string, (value: Json) => boolean>> = {
  int32: (value) => Math.abs(value) < 2 ** 31,
  int64: (value) => Number.isSafeInteger(value),
  uuid: (value) => UUID.test(value),
  'date-time': (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value)),
  date: (value) => /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)),
  email: (value) => isMailbox(value) && /^[!-~]+$/.test(value),
  'idn-email': isMailbox,
  password: () => true,
  uri: (value) => URL.canParse(value),
}

/** Objects are closed: a member that no schema names is a problem. */
export function findProblems(document: Json, schema: Json, value: Json, path: string): string[] {
  // What is of another type is told once, and not by each of the keywords that are about the type.
  const misfits = schema.type === undefined ? [] : (KEYWORDS.type?.(document, schema, value, path) ?? [])
  if (misfits.length > 0) return misfits
  const problems = Object.keys(schema).flatMap((keyword) => {
    if (ANNOTATIONS.includes(keyword)) return []
    const check = KEYWORDS[keyword]
    if (!check) throw new Error(`Cannot judge by the keyword ${keyword} at ${path}`)
    return check(document, schema, value, path)
  })
  return problems
}

type Check = (document: Json, schema: Json, value: Json, path: string) => string[]

const KEYWORDS: Readonly<Record<string, Check>> = {
  $ref: (document, { $ref }, value, path) => findProblems(document, resolveReference(document, $ref), value, path),
  type: (_, { type }, value, path) =>
    typeOf(value) === type || (type === 'number' && typeof value === 'number') ? [] : [`${path} is no ${type}`],
  const: (_, schema, value, path) => (value === schema.const ? [] : [`${path} is not ${schema.const}`]),
  enum: (_, schema, value, path) => (schema.enum.includes(value) ? [] : [`${path} is none of ${schema.enum}`]),
  pattern: (_, { pattern }, value, path) => (new RegExp(pattern, 'u').test(value) ? [] : [`${path} does not match ${pattern}`]),
  format: (_, { format }, value, path) => {
    const isFine = FORMATS[format]
    if (!isFine) throw new Error(`Cannot judge by the format ${format} at ${path}`)
    return isFine(value) ? [] : [`${path} is no ${format}`]
  },
  minLength: (_, { minLength }, value, path) => ([...value].length >= minLength ? [] : [`${path} is shorter than ${minLength}`]),
  maxLength: (_, { maxLength }, value, path) => ([...value].length <= maxLength ? [] : [`${path} is longer than ${maxLength}`]),
  minimum: (_, { minimum }, value, path) => (value >= minimum ? [] : [`${path} is less than ${minimum}`]),
  maximum: (_, { maximum }, value, path) => (value <= maximum ? [] : [`${path} is more than ${maximum}`]),
  maxItems: (_, { maxItems }, value, path) => (value.length <= maxItems ? [] : [`${path} has more than ${maxItems}`]),
  items: (document, { items }, value, path) =>
    Array.isArray(value) ? value.flatMap((item, index) => findProblems(document, items, item, `${path}[${index}]`)) : [],
  required: (_, { required }, value, path) =>
    required.filter((name: string) => !Object.hasOwn(value ?? {}, name)).map((name: string) => `${path}.${name} is missing`),
  anyOf: (document, { anyOf }, value, path) => {
    const found = anyOf.map((one: Json) => findProblems(document, one, value, path))
    return found.some((problems: string[]) => problems.length === 0) ? [] : [`${path} is none of it: ${found.flat().join('; ')}`]
  },
  properties: (document, { properties, additionalProperties }, value, path) =>
    Object.entries(value ?? {}).flatMap(([name, member]) => {
      if (Object.hasOwn(properties, name)) return findProblems(document, properties[name], member, `${path}.${name}`)
      return additionalProperties === undefined ? [`${path}.${name} is not documented`] : []
    }),
  propertyNames: (document, { propertyNames }, value, path) =>
    Object.keys(value ?? {}).flatMap((name) => findProblems(document, propertyNames, name, `${path} (name)`)),
  additionalProperties: (document, { additionalProperties, properties = {} }, value, path) =>
    Object.entries(value ?? {}).flatMap(([name, member]) =>
      Object.hasOwn(properties, name) ? [] : findProblems(document, additionalProperties, member, `${path}.${name}`),
    ),
}

function typeOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

export function resolveReference(document: Json, reference: string): Json {
  const found = reference
    .replace(/^#\//, '')
    .split('/')
    .reduce((part, name) => part?.[name], document)
  if (!reference.startsWith('#/') || found === undefined) throw new Error(`Cannot find ${reference} in the document`)
  return found
}
