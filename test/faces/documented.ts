// Judges replies by the OpenAPI document: is this status documented for this operation, and is the body what its schema says?
// Knows just the keywords of JSON Schema that the document uses, and refuses any other, so that nothing passes unread.
import type { Reply } from '../support/harness.ts'

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

const ANNOTATIONS = ['description', 'title', 'default']

/** Objects are closed: a member that no schema names is a problem. */
export function findProblems(document: Json, schema: Json, value: Json, path: string): string[] {
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
