// What an OpenAPI document of ours has to say, so that generators make of it what a person would write: rules, each of which looks
// at one part of the document and says what is missing there.
import { findProblems, type Json, resolveReference } from '../../support/http/documented.ts'

/** A schema and where it is. */
interface Place {
  readonly schema: Json
  readonly where: string
  /** `component` has a name, `member` stands in one; of any other part the whole that it is of says what it is. */
  readonly kind: 'component' | 'member' | 'part'
  /** Of a member: whether its component always has it. */
  readonly isRequired?: boolean
}

type Rule = (document: Json, place: Place) => boolean

/** What bounds a text. */
const BOUNDS = ['maxLength', 'format', 'enum', 'const', 'pattern', 'contentMediaType']

/** @param nullable required members, as `Component.member`, that the service does answer null in */
export function findOpenApiFaults(document: Json, nullable: readonly string[]): string[] {
  const lost = referencesIn(document, '#')
  // Nothing can be judged by what is not there.
  if (lost.length > 0) return lost
  const rules: Record<string, Rule> = { ...RULES, 'null in a required member': refuseNull(nullable) }
  const places = placesOf(document)
  return [
    ...repeated(operationsOf(document).map(({ operationId }) => operationId)).map((id) => `two operations are called ${id}`),
    ...operationsOf(document).flatMap((operation) => findOperationFaults(document, operation)),
    ...places.flatMap((place) =>
      Object.entries(rules).flatMap(([name, rule]) => (rule(document, place) ? [`${name}: ${place.where}`] : [])),
    ),
  ]
}

const RULES: Record<string, Rule> = {
  'an object without a name': (_, { schema, kind }) =>
    kind !== 'component' &&
    (schema.type === 'object' || schema.properties !== undefined || schema.additionalProperties !== undefined),
  'a number without a format': (_, { schema }) => /^(integer|number)$/.test(schema.type) && schema.format === undefined,
  'a text without bounds': (_, { schema }) => schema.type === 'string' && !BOUNDS.some((keyword) => schema[keyword] !== undefined),
  'no description': (_, { schema, kind }) => kind !== 'part' && !schema.description,
  'no example': (_, { schema, kind }) => kind !== 'part' && !isShownElsewhere(schema) && examplesOf(schema).length === 0,
  'an example that is none': (document, { schema }) =>
    examplesOf(schema).some((example) => findProblems(document, schema, example, '$').length > 0),
  'a required member that there is not': (_, { schema }) =>
    (schema.required ?? []).some((name: string) => !Object.hasOwn(schema.properties ?? {}, name)),
}

/** What is referred to has examples of its own. */
function isShownElsewhere({ $ref, items, anyOf = [] }: Json): boolean {
  return $ref !== undefined || (items !== undefined && isShownElsewhere(items)) || anyOf.some(isShownElsewhere)
}

function examplesOf({ examples = [] }: Json): Json[] {
  return examples
}

function refuseNull(allowed: readonly string[]): Rule {
  return (_, { schema, where, isRequired }) =>
    isRequired === true && [schema, ...(schema.anyOf ?? [])].some(({ type }) => type === 'null') && !allowed.includes(where)
}

function findOperationFaults(document: Json, operation: Json): string[] {
  const { operationId, parameters = [], responses, requestBody } = operation
  const bodies = [requestBody, ...Object.values(responses)].flatMap((body: Json) => Object.values<Json>(body?.content ?? {}))
  return [
    ...parameters.flatMap((each: Json) => findValueFaults(document, each, `${operationId} ${each.name}`)),
    ...bodies.filter(({ schema }) => !isNamed(schema)).map(() => `${operationId} has a body without a name`),
    ...Object.entries<Json>(responses).flatMap(([status, { headers = {}, content }]) => [
      ...Object.entries<Json>(headers).flatMap(([name, field]) =>
        findValueFaults(document, field.$ref ? resolveReference(document, field.$ref) : field, `${operationId} ${status} ${name}`),
      ),
      ...(Number(status) >= 400 && !hasListedCodes(document, content['application/json'].schema)
        ? [`${operationId} ${status} has codes of no list`]
        : []),
    ]),
  ]
}

/** A parameter or a header field. */
function findValueFaults(document: Json, { schema, description, example }: Json, where: string): string[] {
  return [
    ...(description ? [] : [`no description: ${where}`]),
    ...(example === undefined
      ? [`no example: ${where}`]
      : findProblems(document, schema, example, '$').map((each) => `${where} ${each}`)),
  ]
}

function isNamed(schema: Json): boolean {
  if (schema.anyOf) return schema.anyOf.every(isNamed)
  return schema.$ref !== undefined || schema.contentMediaType !== undefined
}

/** Of a refusal that has a code. The cookie face has none: document 003 shows `message` alone. */
function hasListedCodes(document: Json, schema: Json): boolean {
  const errors: Json[] = [schema, ...(schema.anyOf ?? [])].flatMap(({ $ref }) => ($ref ? [resolveReference(document, $ref)] : []))
  const codes: Json[] = errors.flatMap(({ properties }) => properties?.code ?? [])
  return errors.length > 0 && codes.every((code) => Array.isArray((code.$ref ? resolveReference(document, code.$ref) : code).enum))
}

function operationsOf(document: Json): Json[] {
  return Object.values<Json>(document.paths).flatMap((item) => Object.values<Json>(item))
}

function placesOf(document: Json): Place[] {
  const components = Object.entries<Json>(document.components.schemas).flatMap(([name, schema]) => [
    { schema, where: name, kind: 'component' as const },
    ...partsOf(schema, name),
    ...Object.entries<Json>(schema.properties ?? {}).flatMap(([member, each]) => [
      {
        schema: each,
        where: `${name}.${member}`,
        kind: 'member' as const,
        isRequired: (schema.required ?? []).includes(member),
      },
      ...partsOf(each, `${name}.${member}`),
    ]),
  ])
  const others = operationsOf(document).flatMap(({ operationId, parameters = [], responses, requestBody }) => [
    ...parameters.flatMap(({ name, schema }: Json) => schemaOf(schema, `${operationId} ${name}`)),
    ...[requestBody, ...Object.values<Json>(responses)].flatMap((body: Json) =>
      Object.values<Json>(body?.content ?? {}).flatMap(({ schema }) => schemaOf(schema, `${operationId} body`)),
    ),
  ])
  const headers = Object.entries<Json>(document.components.headers ?? {}).flatMap(([name, { schema }]) => schemaOf(schema, name))
  return [...components, ...others, ...headers]
}

/** A parameter, a header field or a body: what it is and its example stand beside the schema. */
function schemaOf(schema: Json, where: string): Place[] {
  return [{ schema, where, kind: 'part' }, ...partsOf(schema, where)]
}

function partsOf({ items, anyOf = [], additionalProperties }: Json, where: string): Place[] {
  const parts: Json[] = [items, ...anyOf, additionalProperties].filter((part) => typeof part === 'object')
  return parts.flatMap((schema) => [{ schema, where, kind: 'part' as const }, ...partsOf(schema, where)])
}

function referencesIn(value: Json, where: string, document: Json = value): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries<Json>(value).flatMap(([name, member]) => {
    if (name !== '$ref' || typeof member !== 'string') return referencesIn(member, `${where}/${name}`, document)
    try {
      resolveReference(document, member)
      return []
    } catch {
      return [`a reference to nothing: ${where}`]
    }
  })
}

function repeated(names: readonly string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) !== index)
}
