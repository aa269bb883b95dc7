// What the operations that belong to no API say of themselves for OpenAPI: keys, metadata and health.
import * as v from 'valibot'
import { errorComponents } from '../openapi/error-openapi.ts'
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

const AuthorizationServerSchema = v.object({
  issuer: v.string(),
  jwks_uri: v.string(),
  response_types_supported: v.array(v.string()),
  grant_types_supported: v.array(v.string()),
  service_documentation: v.string(),
})
const NONE_YET = { maxItems: 0, items: { maxLength: 64 }, examples: [[]] }

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
    AuthorizationServer: {
      schema: AuthorizationServerSchema,
      about: 'The metadata of an authorization server (RFC 8414), as far as Postern is one.',
      members: {
        issuer: { description: 'What access tokens say in `iss` and `aud`', format: 'uri', examples: ['https://auth.example.com'] },
        jwks_uri: {
          description: 'Where the keys are',
          format: 'uri',
          examples: ['https://auth.example.com/.well-known/jwks.json'],
        },
        response_types_supported: { ...NONE_YET, description: 'None: there is no authorization endpoint' },
        grant_types_supported: { ...NONE_YET, description: 'None: there is no token endpoint' },
        service_documentation: {
          description: 'The reference, for people',
          format: 'uri',
          examples: ['https://auth.example.com/docs'],
        },
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
    'GET /.well-known/oauth-authorization-server': {
      id: 'authorizationServer',
      summary: 'Who issues access tokens, and where the keys are (RFC 8414)',
      description:
        'For verifiers that are configured by the issuer alone. Postern is no OAuth provider: it supports no grant, and says so.',
      success: [200, AuthorizationServerSchema],
      refusals: [503],
    },
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
