// Schemas with names: what stands under `components` of the OpenAPI document, each with description, bounds and an example. A shape
// is written out once; everywhere else there is a reference to it.
import { toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'
import { MEMBERS } from '../openapi/members.ts'
import type { Component, Facts } from '../openapi/operation.ts'

export type Json = Readonly<Record<string, unknown>>

/** JSON Schema 2020-12, which is what OpenAPI 3.1 takes; transformations of a body are described by their input. */
const CONVERSION = {
  target: 'draft-2020-12',
  typeMode: 'input',
  errorMode: 'ignore',
  overrideRef: ({ referenceId }: { readonly referenceId: string }) => `#/components/schemas/${referenceId}`,
} as const

/** Describe the whole of a member, not the form of its value, and so stand beside the alternative of null, not in it. */
const OUTER = ['description', 'examples', 'default']

export interface NamedSchemas {
  /** By name. */
  readonly schemas: Json
  /** What stands where a schema is used: a reference, or of one without a name (a choice of some that have one) all of it. */
  use(schema: GenericSchema): Json
}

/** @param requiredOf members that a body cannot do without, although its schema lets them be absent */
export function nameSchemas(
  components: Readonly<Record<string, Component>>,
  requiredOf: ReadonlyMap<GenericSchema, readonly string[]>,
): NamedSchemas {
  const definitions = Object.fromEntries(Object.entries(components).map(([name, { schema }]) => [name, schema]))
  const names = new Map(Object.entries(definitions).map(([name, schema]) => [schema, name]))
  const plain = toJsonSchemaDefs(definitions, CONVERSION) as Readonly<Record<string, Json>>
  const described = Object.fromEntries(
    Object.entries(components).map(([name, component]) => [
      name,
      describeComponent(plain[name] ?? {}, component, requiredOf.get(component.schema) ?? []),
    ]),
  )
  const exampleOf = (schema: Json): unknown => findExample(schema, described)
  const schemas = Object.fromEntries(
    Object.entries(described).map(([name, schema]) => {
      const members = [...((schema.required as string[] | undefined) ?? []), ...(components[name]?.shows ?? [])]
      return [name, { ...schema, examples: schema.examples ?? [exampleOfMembers(schema, members, exampleOf)] }]
    }),
  )
  const use = (schema: GenericSchema): Json => {
    const name = names.get(schema)
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` }
    const { $schema: _, $defs: __, ...rest } = toJsonSchema(schema, { ...CONVERSION, definitions })
    return { ...rest }
  }
  return { schemas, use }
}

function describeComponent(schema: Json, { about, members = {}, facts = {} }: Component, requiredToo: readonly string[]): Json {
  const { properties, additionalProperties, required = [], ...rest } = schema
  const all = [...new Set([...(required as string[]), ...requiredToo])]
  const whole = state({ ...rest, ...(all.length > 0 && { required: all }) }, { description: about, ...facts })
  return {
    ...whole,
    ...(typeof additionalProperties === 'object' && { additionalProperties: state(additionalProperties as Json, {}) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties as Readonly<Record<string, Json>>).map(([name, member]) => {
          const isRequired = requiredToo.includes(name)
          return [name, state(isRequired ? withoutNull(member) : member, factsOf(name, member, members), isRequired)]
        }),
      ),
    }),
  }
}

/** The nearest word counts: of the shape, else of the schema itself, else of all members of that name. */
function factsOf(name: string, { description }: Json, members: Readonly<Record<string, Facts>>): Facts {
  const common: Facts = Object.hasOwn(MEMBERS, name) ? MEMBERS[name as keyof typeof MEMBERS] : {}
  return { ...common, ...(description !== undefined && { description }), ...members[name] }
}

/** For a body: a member that it cannot do without is none that may be null. */
function withoutNull(member: Json): Json {
  if (!Array.isArray(member.anyOf)) return member
  const { anyOf, ...rest } = member
  const [only, ...others] = (anyOf as Json[]).filter(({ type }) => type !== 'null')
  return others.length === 0 ? { ...only, ...rest } : { ...rest, anyOf: [only, ...others] }
}

/** Says facts of a schema, where they belong. @param isAskedFor a text that is empty counts as none */
export function state(schema: Json, facts: Facts, isAskedFor = false): Json {
  const said = Object.entries(facts).filter(([, value]) => value !== undefined)
  const outer = Object.fromEntries(said.filter(([keyword]) => OUTER.includes(keyword)))
  const inner = Object.fromEntries(said.filter(([keyword]) => !OUTER.includes(keyword)))
  if (schema.$ref !== undefined) return { ...schema, ...(outer.description !== undefined && { description: outer.description }) }
  if (Array.isArray(schema.anyOf)) {
    // Facts are those of the one that is not null, and in a choice those of the text.
    const alternatives: readonly Json[] = schema.anyOf
    const isChoice = alternatives.filter(({ type }) => type !== 'null').length > 1
    const stated = alternatives.map((each) =>
      state(each, (isChoice && each.type !== 'string') || each.type === 'null' ? {} : inner),
    )
    // What is referred to has examples of its own.
    const isReferred = alternatives.some(({ $ref }) => $ref !== undefined)
    const { examples, ...words } = outer
    return { ...schema, anyOf: stated, ...words, ...(!isReferred && examples !== undefined && { examples }) }
  }
  const { items, ...rest } = inner
  return {
    ...withBasics({ ...schema, ...rest }, isAskedFor),
    ...(schema.items !== undefined && { items: state(schema.items as Json, (items ?? {}) as Facts) }),
    ...outer,
    ...exampleOfFew({ ...schema, ...inner, ...outer }),
  }
}

/** Of what has one value or a few, any is an example. */
function exampleOfFew({ examples, enum: values, const: only }: Json): Json {
  if (examples !== undefined || (values === undefined && only === undefined)) return {}
  return { examples: [only ?? (values as unknown[])[0]] }
}

/** What goes without saying in one place and not in all: type of a choice, size of an integer, presence of a text. */
function withBasics(schema: Json, isAskedFor: boolean): Json {
  const [value] = schema.const === undefined ? ((schema.enum as readonly unknown[] | undefined) ?? []) : [schema.const]
  const type = schema.type ?? (value === undefined ? undefined : typeOf(value))
  return {
    ...(type === 'integer' && { format: 'int32' }),
    ...(type === 'string' && isAskedFor && { minLength: 1 }),
    ...(type !== undefined && { type }),
    ...schema,
  }
}

function typeOf(value: unknown): string {
  return Number.isInteger(value) ? 'integer' : typeof value
}

function findExample(schema: Json, components: Readonly<Record<string, Json>>): unknown {
  const [example] = (schema.examples as unknown[] | undefined) ?? []
  if (example !== undefined) return example
  if (typeof schema.$ref === 'string') {
    const component = components[schema.$ref.replace(/.*\//, '')] ?? {}
    return findExample(component, components)
  }
  if (schema.const !== undefined) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0]
  if (Array.isArray(schema.anyOf)) return findExample(schema.anyOf[0] as Json, components)
  if (schema.type === 'null') return null
  if (schema.type === 'array') return [findExample(schema.items as Json, components)]
  if (schema.type !== 'object') return undefined
  return exampleOfMembers(schema, (schema.required as string[] | undefined) ?? [], (each) => findExample(each, components))
}

function exampleOfMembers({ properties }: Json, names: readonly string[], exampleOf: (schema: Json) => unknown): unknown {
  const members = (properties ?? {}) as Readonly<Record<string, Json>>
  return Object.fromEntries(names.map((name) => [name, exampleOf(members[name] ?? {})]))
}
