// Every endpoint there is and what each of them reads, as the OpenAPI document says it: one that is new is fuzzed without
// anybody thinking of it. Pages are not in the document and listed by hand.
import { openApiDocument } from '../../../tools/build/openapi.ts'
import { type Json, resolveReference } from '../../support/http/documented.ts'
import { PAGES } from '../contract/answers.ts'

export interface Endpoint {
  readonly method: string
  /** With `{name}` for what is a parameter. */
  readonly route: string
  readonly inPath: readonly string[]
  readonly inQuery: readonly string[]
  readonly inBody: readonly string[]
  readonly bodyIs: 'json' | 'form'
  readonly credential: 'access token' | 'stable token' | 'cookies' | 'none'
}

export function listEndpoints(): Endpoint[] {
  const document = openApiDocument() as Json
  const documented = Object.entries<Json>(document.paths).flatMap(([route, item]) =>
    Object.entries<Json>(item).map(([method, operation]) => describe(document, method.toUpperCase(), route, operation)),
  )
  return [...documented, ...Object.entries(PAGES).flatMap(([path, methods]) => methods.map((method) => describePage(method, path)))]
}

function describe(document: Json, method: string, route: string, { parameters = [], requestBody, security }: Json): Endpoint {
  const named = (place: string) => parameters.filter((each: Json) => each.in === place).map(({ name }: Json) => name)
  const body = requestBody?.content['application/json'].schema
  const kinds = security.flatMap((each: Json) => Object.keys(each))
  const bearer = route.startsWith('/api/stable/') ? 'stable token' : 'access token'
  return {
    method,
    route,
    inPath: named('path'),
    inQuery: named('query'),
    inBody: Object.keys(body ? resolveReference(document, body.$ref).properties : {}),
    bodyIs: 'json',
    credential: kinds.includes('bearer') ? bearer : kinds.length > 0 ? 'cookies' : 'none',
  }
}

/** Of links in mails all read the same; the mailbox reads whose mail is asked for. */
function describePage(method: string, path: string): Endpoint {
  const isForm = method === 'POST'
  const isLinkPage = path !== '/dev/mailbox' && !path.startsWith('/docs') && path !== '/openapi.json'
  const inLink = isForm ? ['lang'] : ['token', 'lang', 'new']
  return {
    method,
    route: path.replace(':file', '{file}'),
    inPath: path.includes(':file') ? ['file'] : [],
    inQuery: isLinkPage ? inLink : path === '/dev/mailbox' ? ['to'] : [],
    inBody: isForm ? ['token', 'password', 'new_password'] : [],
    bodyIs: 'form',
    credential: 'none',
  }
}
