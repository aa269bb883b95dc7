// What the operations that belong to no API say of themselves for OpenAPI: keys, metadata and health.
import * as v from 'valibot'
import { errorComponents } from '../shared/error-openapi.ts'
import type { FaceDescription } from './openapi.ts'

const CheckSchema = v.picklist(['ok', 'unavailable'])
const ReadinessChecksSchema = v.object({
  database: CheckSchema,
  session_copies: CheckSchema,
  session_ledger: CheckSchema,
  login_limiter: CheckSchema,
  signing_keys: CheckSchema,
})
const ReadinessSchema = v.object({ status: CheckSchema, checks: ReadinessChecksSchema })
const HealthSchema = v.object({ status: v.literal('ok') })

const JsonWebKeySchema = v.object({
  kty: v.literal('EC'),
  crv: v.literal('P-256'),
  alg: v.literal('ES256'),
  use: v.literal('sig'),
  kid: v.string(),
  x: v.string(),
  y: v.string(),
})
const JsonWebKeySetSchema = v.object({ keys: v.array(JsonWebKeySchema) })

const coordinate = (description: string) => ({
  description,
  pattern: '^[A-Za-z0-9_-]{43}$',
  examples: ['f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU'],
})

/** The operations that belong to no API. */
export const OWN_OPERATIONS: FaceDescription = {
  tag: 'service',
  about: 'Keys and health: for verifiers and for whoever watches the service.',
  basePath: '',
  error: 'Error',
  components: {
    ...errorComponents,
    Health: {
      schema: HealthSchema,
      about: 'That the process is up.',
      members: { status: { description: 'Always the same' } },
    },
    Readiness: {
      schema: ReadinessSchema,
      about: 'Whether the service can do its work.',
      members: {
        status: { description: '`ok` where every dependency answers' },
        checks: { description: 'Each dependency by its name' },
      },
    },
    ReadinessChecks: {
      schema: ReadinessChecksSchema,
      about: 'Whether each dependency answers within its deadline.',
      members: {
        database: { description: 'D1' },
        session_copies: { description: 'KV' },
        session_ledger: { description: 'The Durable Objects that keep sessions' },
        login_limiter: { description: 'The Durable Objects that count attempts' },
        signing_keys: { description: 'The keys of access tokens' },
      },
    },
    JsonWebKeySet: {
      schema: JsonWebKeySetSchema,
      about:
        'The public keys of access tokens (RFC 7517): the one that signs, the next one, and those whose tokens are still good.',
      members: { keys: { description: 'In no order: go by `kid`' } },
    },
    JsonWebKey: {
      schema: JsonWebKeySchema,
      about: 'The public key of a pair (RFC 7518, section 6.2).',
      members: {
        kty: { description: 'The kind of key' },
        crv: { description: 'The curve' },
        alg: { description: 'The one algorithm it is for' },
        use: { description: 'Signatures, and nothing else' },
        kid: coordinate('What the header of a token names it by: its thumbprint (RFC 7638)'),
        x: coordinate('Of the point'),
        y: coordinate('Of the point'),
      },
    },
  },
  operations: {
    'GET /healthz': {
      id: 'health',
      summary: 'Whether the process is up',
      success: [200, HealthSchema],
      refusals: [],
    },
    'GET /readyz': {
      id: 'readiness',
      summary: 'Whether each dependency answers',
      success: [200, ReadinessSchema],
      refusals: [503],
      refusalBodies: { 503: ReadinessSchema },
    },
    'GET /.well-known/jwks.json': {
      id: 'jwks',
      summary: 'The public keys of access tokens (RFC 7517)',
      success: [200, JsonWebKeySetSchema],
      refusals: [503],
    },
  },
}
