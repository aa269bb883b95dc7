// The OpenAPI 3.1 document: each face's operations, over the schemas that check its bodies. Written to a file by
// scripts/openapi.ts; nothing of it is in the worker's bundle.
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'
import * as v from 'valibot'
import type { Operation } from '../shared/operation.ts'

export interface FaceDescription {
  readonly tag: string
  readonly about: string
  readonly basePath: string
  readonly operations: Readonly<Record<string, Operation>>
  readonly error: GenericSchema
  /** What stands under `components`, by name: wherever one of these appears in an operation it is referred to. */
  readonly schemas?: Readonly<Record<string, GenericSchema>>
}

const JSON_TYPE = 'application/json'

type Json = Readonly<Record<string, unknown>>

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

const HeaderText = { schema: { type: 'string' } }

export function buildOpenApi(version: string, faces: readonly FaceDescription[]): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const face of faces) {
    for (const [route, operation] of Object.entries(face.operations)) {
      const [method = '', path = ''] = route.split(' ')
      const fullPath = `${face.basePath}${path}`.replace(/:(\w+)/g, '{$1}')
      paths[fullPath] = { ...paths[fullPath], [method.toLowerCase()]: describeOperation(face, operation, method, fullPath) }
    }
  }
  const shared = Object.fromEntries(
    faces.flatMap(({ schemas = {} }) => Object.entries(schemas).map(([name, schema]) => [name, jsonSchema(schema)])),
  )
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
    paths: referTo(shared, paths) as Json,
    components: {
      securitySchemes: schemesOf(faces),
      schemas: {
        ...Object.fromEntries(faces.map((face) => [errorName(face), jsonSchema(face.error)])),
        ...Object.fromEntries(Object.entries(shared).map(([name, schema]) => [name, referTo(shared, schema, name)])),
      },
    },
  }
}

const SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  accessToken: { type: 'apiKey', in: 'cookie', name: 'accessToken' },
  refreshToken: { type: 'apiKey', in: 'cookie', name: 'refreshToken' },
} as const

/** Those that some operation asks for. */
function schemesOf(faces: readonly FaceDescription[]): Json {
  const asked = faces.flatMap(({ operations }) => Object.values(operations))
  const names = new Set(asked.flatMap(({ bearer, cookies = [] }) => [...(bearer ? ['bearer'] : []), ...cookies]))
  return Object.fromEntries(Object.entries(SCHEMES).filter(([name]) => names.has(name)))
}

/** The same with a reference for each part that is one of `shared`. @param self the name of what is described, which stands for itself */
function referTo(shared: Readonly<Record<string, Json>>, value: unknown, self?: string): unknown {
  const known = new Map(Object.entries(shared).flatMap(([name, schema]) => (name === self ? [] : [[JSON.stringify(schema), name]])))
  const visit = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null) return part
    if (Array.isArray(part)) return part.map(visit)
    const name = known.get(JSON.stringify(part))
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` }
    return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, visit(each)]))
  }
  return visit(value)
}

function describeOperation(face: FaceDescription, operation: Operation, method: string, path: string): Json {
  const { id, summary, description, body, bodyType, successTypes = [JSON_TYPE], query = {}, required = [] } = operation
  const [status, schema] = operation.success
  // A body is read wherever a method may have one, whether it is asked for or not.
  const bodyRefusals = method === 'GET' ? [] : [400, 413, 415]
  const refusals = [...new Set([...operation.refusals, ...bodyRefusals, 500])].sort()
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const inQuery = Object.entries(query).map(([name, text]) => ({
    name,
    in: 'query',
    description: text,
    schema: { type: 'string' },
  }))
  return {
    operationId: id,
    summary,
    ...(description && { description }),
    tags: [face.tag],
    security: describeSecurity(operation),
    ...(inPath.length + inQuery.length > 0 && { parameters: [...inPath, ...inQuery] }),
    ...(body && {
      requestBody: {
        required: required.length > 0,
        content: json({ ...jsonSchema(body), ...(required.length > 0 && { required }) }),
      },
    }),
    ...(bodyType && { requestBody: { required: true, content: { [bodyType]: { schema: { type: 'string' } } } } }),
    responses: {
      [status]: {
        description: REASONS[status],
        headers: { 'X-Request-Id': HeaderText },
        content: Object.fromEntries(
          successTypes.map((type) => [type, { schema: type === JSON_TYPE ? jsonSchema(schema) : { type: 'string' } }]),
        ),
      },
      ...Object.fromEntries(refusals.map((refusal) => [refusal, describeRefusal(face, operation, refusal)])),
    },
  }
}

function describeSecurity({ bearer, cookies = [] }: Operation): readonly Json[] {
  if (bearer === 'required') return [{ bearer: [] }]
  return [...(bearer === 'optional' ? [{ bearer: [] }, {}] : []), ...cookies.map((name) => ({ [name]: [] }))]
}

function describeRefusal(face: FaceDescription, operation: Operation, status: number): Json {
  const own = operation.refusalBodies?.[status]
  const error = { $ref: `#/components/schemas/${errorName(face)}` }
  const limited = { 'Retry-After': HeaderText, RateLimit: HeaderText, 'RateLimit-Policy': HeaderText }
  const byStatus: Readonly<Record<number, Json>> = {
    401: operation.bearer ? { 'WWW-Authenticate': HeaderText } : {},
    429: limited,
    503: { 'Retry-After': HeaderText },
  }
  return {
    description: REASONS[status],
    headers: { 'X-Request-Id': HeaderText, ...byStatus[status] },
    content: json(own ? { anyOf: [jsonSchema(own), error] } : error),
  }
}

function errorName(face: FaceDescription): string {
  return `${face.tag}Error`
}

function json(schema: Json): Json {
  return { [JSON_TYPE]: { schema } }
}

/** JSON Schema 2020-12, which is what OpenAPI 3.1 takes; transformations of a body are described by their input. */
function jsonSchema(schema: GenericSchema): Json {
  const { $schema: _, ...rest }: JsonSchema = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    errorMode: 'ignore',
  })
  return { ...rest }
}

const Readiness = v.object({ status: v.string(), checks: v.record(v.string(), v.picklist(['ok', 'unavailable'])) })

/** The operations that belong to no API. */
export const OWN_OPERATIONS: FaceDescription = {
  tag: 'service',
  about: 'Keys and health: for verifiers and for whoever watches the service.',
  basePath: '',
  error: v.object({ message: v.string(), code: v.string(), request_id: v.string() }),
  operations: {
    'GET /healthz': {
      id: 'health',
      summary: 'Whether the process is up',
      success: [200, v.object({ status: v.literal('ok') })],
      refusals: [],
    },
    'GET /readyz': {
      id: 'readiness',
      summary: 'Whether each dependency answers',
      success: [200, Readiness],
      refusals: [503],
      refusalBodies: { 503: Readiness },
    },
    'GET /.well-known/jwks.json': {
      id: 'jwks',
      summary: 'The public keys of access tokens (RFC 7517)',
      success: [200, v.object({ keys: v.array(v.record(v.string(), v.unknown())) })],
      refusals: [503],
    },
  },
}
