// The OpenAPI 3.1 document: each face's operations, over the schemas that check its bodies. Written to a file by
// tools/build/openapi.ts; nothing of it is in the worker's bundle.
import type { GenericSchema } from 'valibot'
import type { Component, Facts, Operation } from '../openapi/operation.ts'
import { type Json, type NamedSchemas, nameSchemas, state } from './components.ts'

export interface FaceDescription {
  readonly tag: string
  readonly about: string
  readonly basePath: string
  readonly operations: Readonly<Record<string, Operation>>
  /** What stands under `components`, by name: whatever an operation reads or answers is one of these, or a choice of them. */
  readonly components: Readonly<Record<string, Component>>
  /** Which of them a refusal is. */
  readonly error: string
}

const JSON_TYPE = 'application/json'

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  400: 'The request is not valid',
  401: 'Not signed in, or the credential does not count',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Taken',
  413: 'The body is too large',
  415: 'The body is not application/json in UTF-8',
  429: 'Too many attempts',
  500: 'An internal server error occurred',
  503: 'A store cannot answer; nothing was refused',
}

/** Header fields of answers, by the name they have under `components`. */
const HEADERS = {
  'X-Request-Id': {
    description: 'Names this answer, in the log and in error bodies',
    schema: { type: 'string', format: 'uuid' },
    example: '7d5c1a52-3f0b-4b0e-9a57-0c8f7b1f6f3e',
  },
  'Retry-After': {
    description: 'Seconds to wait; waiting exactly that long is enough',
    schema: { type: 'integer', format: 'int32', minimum: 1 },
    example: 60,
  },
  RateLimit: {
    description: 'The limit that was reached, and the seconds until it lets one through',
    schema: { type: 'string', pattern: '^"[\\w-]+";r=0;t=\\d+$' },
    example: '"pair";r=0;t=60',
  },
  'RateLimit-Policy': {
    description: 'That limit: how many in how many seconds',
    schema: { type: 'string', pattern: '^"[\\w-]+";q=\\d+;w=\\d+$' },
    example: '"pair";q=5;w=900',
  },
  'WWW-Authenticate': {
    description: 'That a bearer token is asked for (RFC 6750)',
    schema: { type: 'string', pattern: '^Bearer ' },
    example: 'Bearer realm="postern"',
  },
} as const

export function buildOpenApi(version: string, faces: readonly FaceDescription[]): Json {
  const named = nameSchemas(componentsOf(faces), requiredMembers(faces))
  const paths: Record<string, Record<string, Json>> = {}
  for (const face of faces) {
    for (const [route, operation] of Object.entries(face.operations)) {
      const [method = '', path = ''] = route.split(' ')
      const fullPath = `${face.basePath}${path}`.replace(/:(\w+)/g, '{$1}')
      paths[fullPath] = { ...paths[fullPath], [method.toLowerCase()]: describeOperation(named, face, operation, method, fullPath) }
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Postern',
      version,
      license: { name: 'MIT', identifier: 'MIT' },
      description: 'Authentication at the edge.',
    },
    servers: [{ url: '/' }],
    tags: faces.map(({ tag, about }) => ({ name: tag, description: about })),
    paths,
    components: { securitySchemes: schemesOf(faces), headers: HEADERS, schemas: named.schemas },
  }
}

/** @throws where two faces call different shapes by one name */
function componentsOf(faces: readonly FaceDescription[]): Readonly<Record<string, Component>> {
  const all: Record<string, Component> = {}
  for (const [name, component] of faces.flatMap(({ components }) => Object.entries(components))) {
    if (all[name] && all[name].schema !== component.schema) throw new Error(`Two shapes are called ${name}`)
    all[name] = component
  }
  return all
}

/** @throws where operations ask for different members of one shape: it would have to be two */
function requiredMembers(faces: readonly FaceDescription[]): ReadonlyMap<GenericSchema, readonly string[]> {
  const all = new Map<GenericSchema, readonly string[]>()
  for (const { id, body, required = [] } of faces.flatMap(({ operations }) => Object.values(operations))) {
    if (body === undefined) continue
    if ((all.get(body) ?? required).join() !== required.join())
      throw new Error(`${id} asks for other members than an operation before`)
    all.set(body, required)
  }
  return all
}

const SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token' },
  accessToken: { type: 'apiKey', in: 'cookie', name: 'accessToken', description: 'The cookie of a sign-in' },
  refreshToken: { type: 'apiKey', in: 'cookie', name: 'refreshToken', description: 'The cookie of a sign-in' },
} as const

/** Those that some operation asks for. */
function schemesOf(faces: readonly FaceDescription[]): Json {
  const asked = faces.flatMap(({ operations }) => Object.values(operations))
  const names = new Set(asked.flatMap(({ bearer, cookies = [] }) => [...(bearer ? ['bearer'] : []), ...cookies]))
  return Object.fromEntries(Object.entries(SCHEMES).filter(([name]) => names.has(name)))
}

function describeOperation(named: NamedSchemas, face: FaceDescription, operation: Operation, method: string, path: string): Json {
  const { id, summary, description, body, bodyType, successTypes = [JSON_TYPE], required = [] } = operation
  const [status, schema] = operation.success
  // A body is read wherever a method may have one, whether it is asked for or not.
  const bodyRefusals = method === 'GET' ? [] : [400, 413, 415]
  const refusals = [...new Set([...operation.refusals, ...bodyRefusals, 500])].sort()
  const parameters = describeParameters(operation, path)
  return {
    operationId: id,
    summary,
    ...(description && { description }),
    tags: [face.tag],
    security: describeSecurity(operation),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: required.length > 0, content: json(named.use(body)) } }),
    ...(bodyType && { requestBody: { required: true, content: { [bodyType]: { schema: textOf(bodyType) } } } }),
    responses: {
      [status]: {
        description: REASONS[status],
        headers: fields('X-Request-Id'),
        content: Object.fromEntries(
          successTypes.map((type) => [type, { schema: type === JSON_TYPE ? named.use(schema) : textOf(type) }]),
        ),
      },
      ...Object.fromEntries(refusals.map((refusal) => [refusal, describeRefusal(named, face, operation, refusal)])),
    },
  }
}

function describeParameters({ parameters = {}, query = {}, requiredQuery = [] }: Operation, fullPath: string): readonly Json[] {
  const names = [...fullPath.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  return [
    ...names.map((name) => describeParameter(name, 'path', true, parameters[name] ?? {})),
    ...Object.entries(query).map(([name, facts]) => describeParameter(name, 'query', requiredQuery.includes(name), facts)),
  ]
}

/** A text, unless its facts say another type. */
function describeParameter(name: string, place: 'path' | 'query', required: boolean, facts: Facts): Json {
  const { description, examples, ...keywords } = facts
  const [example] = (examples ?? []) as readonly unknown[]
  const { type = 'string', ...rest } = keywords
  return { name, in: place, ...(required && { required }), description, schema: state({ type }, rest), example }
}

/** Of other media types than JSON the document says no more than that they are text. */
function textOf(type: string): Json {
  const example = '{"email":"ada@example.com"}\n'
  return { type: 'string', contentMediaType: type, description: 'A JSON object a line', examples: [example] }
}

function describeSecurity({ bearer, cookies = [] }: Operation): readonly Json[] {
  if (bearer === 'required') return [{ bearer: [] }]
  return [...(bearer === 'optional' ? [{ bearer: [] }, {}] : []), ...cookies.map((name) => ({ [name]: [] }))]
}

function describeRefusal(named: NamedSchemas, face: FaceDescription, operation: Operation, status: number): Json {
  const own = operation.refusalBodies?.[status]
  const error = { $ref: `#/components/schemas/${face.error}` }
  const byStatus: Readonly<Record<number, readonly (keyof typeof HEADERS)[]>> = {
    401: operation.bearer ? ['WWW-Authenticate'] : [],
    429: ['Retry-After', 'RateLimit', 'RateLimit-Policy'],
    503: ['Retry-After'],
  }
  return {
    description: REASONS[status],
    headers: fields('X-Request-Id', ...(byStatus[status] ?? [])),
    content: json(own ? { anyOf: [named.use(own), error] } : error),
  }
}

function fields(...names: readonly (keyof typeof HEADERS)[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}

function json(schema: Json): Json {
  return { [JSON_TYPE]: { schema } }
}
