// The OpenAPI document before a linter that knows nothing of this project.
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { expect, it } from 'vitest'
import { adminOpenApiDocument, openApiDocument } from '../../scripts/openapi.ts'

/** Every problem as `rule where`, warnings included. */
async function lint(document: object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] })
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: '/openapi.json', config })
  return problems.map(({ ruleId, location }) => `${ruleId} ${location[0]?.pointer}`)
}

/** Nobody can ask these in a wrong way. */
const WITHOUT_REFUSALS = ['~1healthz', '~1readyz', '~1.well-known~1jwks.json'].map(
  (path) => `operation-4xx-response #/paths/${path}/get/responses`,
)

it('has nothing to say against the document, but that three operations refuse nobody', async () => {
  expect((await lint(openApiDocument())).sort()).toEqual(WITHOUT_REFUSALS.sort())
})

it('has nothing to say against the document of the admin API', async () => {
  expect(await lint(adminOpenApiDocument())).toEqual([])
})

it('finds what is wrong with one', async () => {
  const document = JSON.parse(JSON.stringify(openApiDocument()))
  delete document.paths['/api/v1/auth/login'].post.operationId
  document.paths['/api/v1/auth/login'].post.responses[200].content['application/json'].schema = {
    $ref: '#/components/schemas/none',
  }
  expect(await lint(document)).toEqual(
    expect.arrayContaining([
      'no-unresolved-refs #/paths/~1api~1v1~1auth~1login/post/responses/200/content/application~1json/schema',
      'operation-operationId #/paths/~1api~1v1~1auth~1login/post/operationId',
    ]),
  )
})
