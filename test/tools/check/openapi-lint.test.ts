// The OpenAPI documents before a linter that knows nothing of this project, and before the rules that generators need.
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { describe, expect, it } from 'vitest'
import { adminOpenApiDocument, openApiDocument } from '../../../tools/build/openapi.ts'
import { findOpenApiFaults } from '../../suites/contract/openapi-rules.ts'
import type { Json } from '../../support/http/documented.ts'

/** Every problem as `rule where`, warnings included. */
async function lint(document: object): Promise<string[]> {
  const rules = {
    'no-invalid-schema-examples': 'error',
    'no-invalid-parameter-examples': 'error',
    'no-invalid-media-type-examples': 'error',
  } as const
  const config = await createConfig({ extends: ['recommended'], rules })
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: '/openapi.json', config })
  return problems.map(({ ruleId, location }) => `${ruleId} ${location[0]?.pointer}`)
}

/** Nobody can ask these in a wrong way. */
const WITHOUT_REFUSALS = ['healthz', 'readyz', '.well-known~1jwks.json', '.well-known~1oauth-authorization-server'].map(
  (path) => `operation-4xx-response #/paths/~1${path}/get/responses`,
)

/** What the service does answer null in, although it always has the member. */
const NULL = {
  names: ['User.username', 'User.first_name', 'User.last_name'],
  public: ['Activity.next_cursor', 'Event.session_id', 'Event.ip', 'Event.user_agent', 'GrantedAccess.DeletedAt'],
  admin: [
    ...['User.disabled_at', 'User.number', 'User.external_id', 'User.locale', 'UserList.next', 'EventList.previous'],
    ...['Story.cannot_sign_in', 'Story.recovery', 'Limits.username', 'Limits.pin', 'Registration.username'],
    ...['PendingRegistrations.cannot_sign_in', 'Event.reason', 'Event.user_id', 'Event.email', 'Event.session_id', 'Event.ip'],
    ...['Event.user_agent', 'Mail.reason', 'Mail.sent_at', 'Mail.dead_at', 'Mail.next_attempt_at', 'Mail.expires_at'],
  ],
}

const copyOf = (document: object): Json => JSON.parse(JSON.stringify(document))

it('has nothing to say against the document, but that four operations refuse nobody', async () => {
  expect((await lint(openApiDocument())).sort()).toEqual(WITHOUT_REFUSALS.sort())
})

it('has nothing to say against the document of the admin API', async () => {
  expect(await lint(adminOpenApiDocument())).toEqual([])
})

it('finds what is wrong with one', async () => {
  const document = copyOf(openApiDocument())
  delete document.paths['/api/v1/auth/login'].post.operationId
  document.paths['/api/v1/auth/login'].post.responses[200].content['application/json'].schema = {
    $ref: '#/components/schemas/none',
  }
  document.components.schemas.Session.properties.current.examples = ['yes']
  expect(await lint(document)).toEqual(
    expect.arrayContaining([
      'no-unresolved-refs #/paths/~1api~1v1~1auth~1login/post/responses/200/content/application~1json/schema',
      'operation-operationId #/paths/~1api~1v1~1auth~1login/post/operationId',
      'no-invalid-schema-examples #/components/schemas/Session/properties/current/examples/0',
    ]),
  )
})

describe('a document for generators', () => {
  it('says of everything what it is: the public one', () => {
    expect(findOpenApiFaults(copyOf(openApiDocument()), [...NULL.names, ...NULL.public])).toEqual([])
  })

  it('says of everything what it is: that of the admin API', () => {
    expect(findOpenApiFaults(copyOf(adminOpenApiDocument()), [...NULL.names, ...NULL.admin])).toEqual([])
  })

  it('has null only where it is named here: each name is one of a member that may be null', () => {
    const faultsOf = (document: object) => findOpenApiFaults(copyOf(document), []).map((fault) => fault.replace(/.*: /, ''))
    expect(faultsOf(openApiDocument()).sort()).toEqual([...NULL.names, ...NULL.public].sort())
    expect(faultsOf(adminOpenApiDocument()).sort()).toEqual([...NULL.names, ...NULL.admin].sort())
  })

  it('calls what is the same on each face by a plain name', () => {
    const names = Object.keys(copyOf(openApiDocument()).components.schemas)
    expect(names).toEqual(expect.arrayContaining(['User', 'Grant', 'Session', 'Event', 'Error', 'ErrorCode', 'Message']))
    expect(names).toEqual(expect.arrayContaining(['StableGrant', 'GrantedAccess', 'StableError', 'CookieError']))
  })

  const login = '/api/v1/auth/login'
  it.each<[string, (document: Json) => void]>([
    [
      'a reference to nothing: #/components/schemas/Grant/properties/user',
      ({ components: { schemas } }) => (schemas.Grant.properties.user.$ref += 'x'),
    ],
    [
      'an object without a name: Grant.user',
      ({ components: { schemas } }) => (schemas.Grant.properties.user = copyOf(schemas.User)),
    ],
    [
      'login has a body without a name',
      ({ paths }) => (paths[login].post.requestBody.content['application/json'].schema = { type: 'boolean' }),
    ],
    [
      'a number without a format: Grant.expires_in',
      ({ components: { schemas } }) => delete schemas.Grant.properties.expires_in.format,
    ],
    [
      'a text without bounds: Grant.access_token',
      ({ components: { schemas } }) => delete schemas.Grant.properties.access_token.pattern,
    ],
    [
      'a text without bounds: User.permissions',
      ({ components: { schemas } }) => (schemas.User.properties.permissions.items = { type: 'string' }),
    ],
    ['no description: User', ({ components: { schemas } }) => delete schemas.User.description],
    ['no description: User.email', ({ components: { schemas } }) => delete schemas.User.properties.email.description],
    ['no description: listActivity limit', ({ paths }) => delete paths['/api/v1/auth/activity'].get.parameters[1].description],
    ['no example: Session', ({ components: { schemas } }) => delete schemas.Session.examples],
    ['no example: User.email', ({ components: { schemas } }) => delete schemas.User.properties.email.examples],
    ['no example: revokeSession id', ({ paths }) => delete paths['/api/v1/auth/sessions/{id}'].delete.parameters[0].example],
    [
      'an example that is none: User.created_at',
      ({ components: { schemas } }) => (schemas.User.properties.created_at.examples = ['now']),
    ],
    [
      'revokeSession id $ does not match ^[0-9a-f]{64}$',
      ({ paths }) => (paths['/api/v1/auth/sessions/{id}'].delete.parameters[0].example = 'x'),
    ],
    [
      'null in a required member: Grant.user',
      ({ components: { schemas } }) =>
        (schemas.Grant.properties.user = { description: 'x', anyOf: [schemas.Grant.properties.user, { type: 'null' }] }),
    ],
    ['a required member that there is not: Message', ({ components: { schemas } }) => schemas.Message.required.push('code')],
    ['two operations are called login', ({ paths }) => (paths['/api/v1/auth/me'].get.operationId = 'login')],
    [
      'health 500 has codes of no list',
      ({ paths, components: { schemas } }) => {
        schemas.Other = {
          ...schemas.Error,
          properties: { ...schemas.Error.properties, code: { ...schemas.Error.properties.message, description: 'x' } },
        }
        paths['/healthz'].get.responses[500].content['application/json'].schema = { $ref: '#/components/schemas/Other' }
      },
    ],
  ])('is refused for %s', (fault, spoil) => {
    const document = copyOf(openApiDocument())
    spoil(document)
    expect(findOpenApiFaults(document, [...NULL.names, ...NULL.public])).toContain(fault)
  })
})
