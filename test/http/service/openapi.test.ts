// The OpenAPI document: well-formed as OpenAPI 3.1 asks for, about the routes that are served and no others, and true.
import { describe, expect, it } from 'vitest'
import { createApp } from '../../../src/http/app.ts'
import { ERROR_CODES } from '../../../src/http/failures/error-wire.ts'
import { routeTable } from '../../../src/http/shared/routes.ts'
import { adminOpenApiDocument, openApiDocument } from '../../../tools/build/openapi.ts'
import { PAGES } from '../../suites/contract/answers.ts'
import { PASSWORD, type Reply, type RequestOptions, startApp } from '../../support/harness.ts'
import { findProblems, findUndocumented, type Json, resolveReference } from '../../support/http/documented.ts'

const API = '/api/v1/auth'

async function fetchDocument(): Promise<Json> {
  return (await (await startApp()).request('GET', '/openapi.json')).body
}

function operationsOf(document: Json): [method: string, path: string, operation: Json][] {
  return Object.entries<Json>(document.paths).flatMap(([path, item]) =>
    Object.entries<Json>(item).map(([method, operation]): [string, string, Json] => [method.toUpperCase(), path, operation]),
  )
}

/** Every `$ref` anywhere in the document. */
function referencesIn(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries<Json>(value).flatMap(([name, member]) => (name === '$ref' ? [member] : referencesIn(member)))
}

describe('the OpenAPI document', () => {
  it('is served as JSON that may be cached, and is what the schemas say now', async () => {
    const reply = await (await startApp()).request('GET', '/openapi.json')
    expect([reply.status, reply.headers.get('Content-Type')]).toEqual([200, 'application/json; charset=utf-8'])
    expect(reply.headers.get('Cache-Control')).toBe('public, max-age=300')
    expect(reply.body).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
  })

  it('is OpenAPI 3.1 with what that asks for, and resolves within itself', async () => {
    const document = await fetchDocument()
    expect(document.openapi).toMatch(/^3\.1\.\d+$/)
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) })
    expect(Object.keys(document).sort()).toEqual(['components', 'info', 'openapi', 'paths', 'servers', 'tags'])
    for (const reference of referencesIn(document)) expect(resolveReference(document, reference)).toBeTypeOf('object')
    const names = Object.values<Json>(document.components).flatMap(Object.keys)
    for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9._-]+$/)
  })

  it('describes each operation with a name of its own, its parameters, its security and every response', async () => {
    const document = await fetchDocument()
    const operations = operationsOf(document)
    const ids = operations.map(([, , { operationId }]) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    const tags = document.tags.map(({ name }: Json) => name)
    for (const [method, path, operation] of operations) {
      const parameters: Json[] = operation.parameters ?? []
      const inPath = parameters.filter((parameter) => parameter.in === 'path')
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? [])
      expect(inPath.every(({ required }) => required === true)).toBe(true)
      expect(new Set(parameters.map((parameter) => `${parameter.in} ${parameter.name}`)).size).toBe(parameters.length)
      expect(parameters.every(({ schema }) => /^(string|integer)$/.test(schema.type))).toBe(true)
      expect(tags).toEqual(expect.arrayContaining(operation.tags))
      for (const requirement of operation.security) {
        for (const name of Object.keys(requirement)) expect(document.components.securitySchemes).toHaveProperty(name)
      }
      if (method === 'GET') expect(operation).not.toHaveProperty('requestBody')
      for (const [status, response] of Object.entries<Json>(operation.responses)) {
        expect(status).toMatch(/^[1-5]\d\d$/)
        expect(response).toMatchObject({ description: expect.stringMatching(/./), content: { 'application/json': { schema: {} } } })
      }
    }
  })

  it('promises a challenge with a 401 only where a bearer token is read', async () => {
    for (const [method, path, { responses, security }] of operationsOf(await fetchDocument())) {
      if (!responses[401]) continue
      const readsBearer = security.some((requirement: Json) => Object.hasOwn(requirement, 'bearer'))
      expect([method, path, Object.hasOwn(responses[401].headers, 'WWW-Authenticate')]).toEqual([method, path, readsBearer])
    }
  })

  it('names the routes that are served, and no others', async () => {
    const unserved = () => {
      throw new Error('nothing is asked')
    }
    const table = [...routeTable(createApp(unserved))]
    const isPage = ([path]: readonly [string, unknown]) => Object.hasOwn(PAGES, path)
    expect(Object.fromEntries(table.filter(isPage))).toEqual(PAGES)
    const served = table
      .filter((row) => !isPage(row))
      .flatMap(([path, methods]) => methods.map((method) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`))
    const documents = [await fetchDocument(), adminOpenApiDocument()]
    const documented = documents.flatMap((document) => operationsOf(document).map(([method, path]) => `${method} ${path}`))
    expect(documented.sort()).toEqual(served.sort())
  })

  it('has the closed list of codes', async () => {
    const document = await fetchDocument()
    expect(document.components.schemas.ErrorCode.enum).toEqual(ERROR_CODES)
  })

  it('takes for a body what the document says, and refuses for one what it refuses', async () => {
    const document = await fetchDocument()
    const { schema: reference } = document.paths[`${API}/register`].post.requestBody.content['application/json']
    const schema = resolveReference(document, reference.$ref)
    expect(schema.required).toEqual(['email', 'password'])
    expect(findProblems(document, schema, { email: 'a@example.com', password: PASSWORD, username: null }, '$')).toEqual([])
    expect(findProblems(document, schema, { email: 1 }, '$')).toHaveLength(2)
  })
})

describe('the replies', () => {
  it('are all documented: each operation in success and refusal', async () => {
    const app = await startApp()
    const document = openApiDocument()
    const seen = new Set<string>()
    const check = async (method: string, route: string, reply: Reply) => {
      expect(findUndocumented(document, method, route, reply)).toEqual([])
      seen.add(`${method} ${route} ${reply.status < 400 ? 'success' : 'refusal'}`)
      return reply
    }
    const v1 = async (method: string, path: string, body?: object, token?: string) =>
      check(
        method,
        API + path.replace(/\?.*/, '').replace(/^\/sessions\/.*/, '/sessions/{id}'),
        await app.v1(method, path, { ...(body && { body }), ...(token !== undefined && { token }) }),
      )

    const email = 'walk@example.com'
    await v1('POST', '/register', { email, password: PASSWORD, username: 'walk', first_name: 'W' })
    await v1('POST', '/register', { email: 1 })
    await v1('POST', '/resend-verification', { email })
    await v1('POST', '/resend-verification', {})
    await v1('GET', `/verify-email?token=${await app.mailedToken(email)}`)
    await v1('GET', '/verify-email')
    const { body: grant } = await v1('POST', '/login', { email, password: PASSWORD })
    await v1('POST', '/login', { email, password: 'wrong' })
    await v1('GET', '/me', undefined, grant.access_token)
    await v1('GET', '/me')
    const { body: list } = await v1('GET', '/sessions', undefined, grant.access_token)
    await v1('GET', '/sessions?user_id=x', undefined, grant.access_token)
    await v1('GET', '/activity', undefined, grant.access_token)
    await v1('GET', '/activity?limit=0', undefined, grant.access_token)
    await v1('POST', '/refresh', undefined, grant.access_token)
    await v1('POST', '/refresh', { refresh_token: grant.refresh_token })
    await v1('POST', '/refresh', { refresh_token: '' })
    await v1('DELETE', `/sessions/${list.sessions[0].id}`, undefined, grant.access_token)
    await v1('DELETE', '/sessions/x', undefined, grant.access_token)
    for (const path of ['/logout', '/revoke-all']) {
      await v1('POST', path, undefined, (await app.signIn(email)).access_token)
      await v1('POST', path)
    }
    const stable = async (method: string, path: string, options?: RequestOptions) => {
      const url = `/api/stable/auth${path}`
      return check(method, url.replace(/\/user\/.*/, '/user/{name}'), await app.request(method, url, options))
    }
    const signInStable = () => stable('POST', '/login', { body: { username: 'walk', password: PASSWORD } })
    await stable('POST', '/login', { body: { username: 1 } })
    for (const [method, path] of [
      ['GET', '/user/walk'],
      ['GET', '/whoami'],
      ['GET', '/token'],
      ['GET', '/logout'],
      ['DELETE', '/logout'],
    ] as const) {
      await stable(method, path, { token: (await signInStable()).body.data.token })
      await stable(method, path)
    }
    await v1('PUT', '/pin', { pin: '2580', current_password: PASSWORD }, (await app.signIn(email)).access_token)
    await v1('PUT', '/pin', {})
    const cookie = async (path: string, options?: RequestOptions) =>
      check('POST', `/auth${path}`, await app.request('POST', `/auth${path}`, options))
    const { headers } = await cookie('/login', { body: { name: 'walk', pin: '2580' } })
    const held = headers.getSetCookie().map((line) => line.split(';')[0])
    await cookie('/login', { body: { name: 1 } })
    for (const path of ['/refresh', '/logout']) {
      await cookie(path, { headers: { Cookie: held.join('; ') } })
      await cookie(path)
    }
    const { access_token: token } = await app.signIn(email)
    await v1('DELETE', '/pin', undefined, token)
    await v1('DELETE', '/pin')
    await v1('PATCH', '/me', { username: 'walker', last_name: null }, token)
    await v1('PATCH', '/me', { username: 'a@b' }, token)
    await v1('POST', '/reauthenticate', { password: PASSWORD }, token)
    await v1('POST', '/reauthenticate', {}, token)
    const moved = 'moved@example.com'
    await v1('POST', '/change-email', { email: moved, password: PASSWORD }, token)
    await v1('POST', '/change-email', {}, token)
    await v1('POST', '/confirm-email-change', { token: await app.mailedToken(moved) })
    await v1('POST', '/confirm-email-change', {})
    const password = 'quite another one'
    await v1('POST', '/change-password', { current_password: PASSWORD, new_password: password }, token)
    await v1('POST', '/change-password', {}, token)
    await v1('POST', '/undo-email-change', { token: await app.mailedToken(email) })
    await v1('POST', '/undo-email-change', {})
    await v1('POST', '/forgot-password', { email })
    await v1('POST', '/forgot-password', {})
    await v1('POST', '/reset-password', { token: await app.mailedToken(email), password })
    await v1('POST', '/reset-password', {})
    await v1('DELETE', '/me', { password }, (await app.signIn(email, password)).access_token)
    await v1('DELETE', '/me', {})
    const asked = ['/healthz', '/readyz', '/.well-known/jwks.json', '/.well-known/oauth-authorization-server']
    for (const path of asked) await check('GET', path, await app.request('GET', path))

    const withoutRefusal = asked.map((path) => `GET ${path}`)
    const expected = operationsOf(document).flatMap(([method, path]) => {
      const name = `${method} ${path}`
      return withoutRefusal.includes(name) ? [`${name} success`] : [`${name} success`, `${name} refusal`]
    })
    expect([...seen].sort()).toEqual(expected.sort())
  })
})
