// What every answer has to be, whichever test sees it: documented by its path, its status and its body, with the header fields
// that the contract asks for. Knows neither tests nor platform, so that answers of a real server are judged by the same rules.
import { getPath } from 'hono/utils/url'
import { ADMIN_PATH, adminEndpoints } from '../../../src/http/admin/routes.ts'
import { REFUSALS } from '../../../src/http/failures/refusals.ts'
import { type Endpoint, refusalsOf } from '../../../src/http/shared/endpoint.ts'
import { V1_PATH, v1Endpoints } from '../../../src/http/v1/routes.ts'
import { adminOpenApiDocument, openApiDocument } from '../../../tools/build/openapi.ts'
import { findProblems, type Json } from '../../support/http/documented.ts'
import { findHeaderFaults } from './header-rules.ts'

export interface Question {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  /** What may be on `Access-Control-Allow-Origin`. */
  readonly corsOrigins: readonly string[]
  readonly isDevelopment: boolean
  /** `COOKIE_ACCESS_TOKEN=readable`. */
  readonly hasReadableAccess?: boolean
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** `null` where it is neither JSON nor a page. */
  readonly text: string | null
}

/** What a path is to the service. */
export type Place =
  | { readonly kind: 'operation'; readonly route: string; readonly methods: readonly string[] }
  | { readonly kind: 'page'; readonly path: string; readonly methods: readonly string[] }
  | { readonly kind: 'nothing' }

/** Served for people, or the reference itself: nothing that a program would call, and no part of the document. */
export const PAGES: Readonly<Record<string, readonly string[]>> = {
  '/openapi.json': ['GET'],
  '/api/admin/openapi.json': ['GET'],
  '/docs': ['GET'],
  '/docs/:file': ['GET'],
  '/dev/mailbox': ['GET'],
  '/verify-email': ['GET', 'POST'],
  '/reset-password': ['GET', 'POST'],
  '/confirm-email-change': ['GET', 'POST'],
  '/undo-email-change': ['GET', 'POST'],
}

/** Which document describes a path, and which of its shapes an error has there, by where a path begins; the first that fits. */
const ERRORS = [
  ['/api/stable/auth', 'public', 'StableError'],
  ['/auth', 'public', 'CookieError'],
  ['/api/admin', 'admin', 'Error'],
  ['', 'public', 'Error'],
] as const

/** Of the APIs whose refusals have codes, by the whole path. */
const ENDPOINTS = (
  [
    [V1_PATH, v1Endpoints],
    [ADMIN_PATH, adminEndpoints],
  ] as const
).flatMap(([base, endpoints]) => endpoints.map((endpoint) => ({ ...endpoint, path: base + endpoint.path })))

/** Never seen by a client: what they would be a sign of is a fault of ours. */
const LEAKS = /\$scrypt\$|D1_ERROR|SQLITE_|"d":\s*"|\\n {4}at /

/** Each of its own: what they call by one name need not be one shape. */
let documents: Readonly<Record<'public' | 'admin', Json>>
let routes: readonly (readonly [RegExp, string, readonly string[]])[]

function loadDocuments(): void {
  documents ??= { public: openApiDocument(), admin: adminOpenApiDocument() }
  routes ??= Object.values(documents).flatMap(({ paths }) =>
    Object.entries<Json>(paths).map(
      ([route, item]) =>
        [
          new RegExp(`^${route.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
          route,
          Object.keys(item).map((method) => method.toUpperCase()),
        ] as const,
    ),
  )
}

/** What is wrong with an answer; empty when nothing is. */
export function findFaults(question: Question, answer: Answer): string[] {
  loadDocuments()
  const path = getPath(new Request(question.url))
  const place = placeOf(path)
  return [
    ...findPlaceFaults(question, answer, path, place),
    ...findHeaderFaults(question, answer, { path, place, body: parse(answer.text) }),
    ...(LEAKS.test(answer.text ?? '') ? ['the body says what nobody may see'] : []),
  ]
}

function placeOf(path: string): Place {
  for (const [pattern, route, methods] of routes) if (pattern.test(path)) return { kind: 'operation', route, methods }
  const page = /^\/docs\/[^/]+$/.test(path) ? '/docs/:file' : path
  const methods = PAGES[page]
  return methods && Object.hasOwn(PAGES, page) ? { kind: 'page', path: page, methods } : { kind: 'nothing' }
}

function findPlaceFaults({ method, headers }: Question, answer: Answer, path: string, place: Place): string[] {
  const { status, text } = answer
  if (method === 'OPTIONS' && (place.kind !== 'nothing' || headers.has('Access-Control-Request-Method'))) {
    const isRefusal = status === 503 || status === 404
    return isRefusal ? findErrorFaults(answer, path) : expectStatus(answer, [204], 'OPTIONS')
  }
  if (place.kind === 'nothing') {
    const faults = expectStatus(answer, [404, ...guardsOf(path)], 'no such path')
    return faults.length > 0 || method === 'HEAD' ? faults : findErrorFaults(answer, path)
  }
  const asked = method === 'HEAD' ? 'GET' : method
  if (status === 405 || !place.methods.includes(asked)) {
    const expected = [405, ...(path === '/dev/mailbox' ? [404] : []), ...guardsOf(path)]
    const faults = expectStatus(answer, expected, 'not a method of this path')
    return faults.length > 0 || method === 'HEAD' || isPage(answer) ? faults : findErrorFaults(answer, path)
  }
  if (place.kind === 'page') return findPageFaults(answer, place.path)
  const document = Object.values(documents).find(({ paths }) => paths[place.route])
  const { responses } = document.paths[place.route][asked.toLowerCase()]
  if (!responses[status]) return [`${status} is not documented for ${asked} ${place.route}`]
  if (method === 'HEAD') return text ? ['HEAD has a body'] : []
  if (status >= 400) return [...findCodeFaults(asked, place.route, text), ...findSchemaFaults(document, responses[status], answer)]
  return findSchemaFaults(document, responses[status], answer)
}

function findSchemaFaults(document: Json, { content }: Json, { headers, text }: Answer): string[] {
  const type = headers.get('Content-Type')?.split(';')[0] ?? ''
  if (type !== 'application/json' && content[type]) return []
  const { schema } = content['application/json'] ?? { schema: { type: 'string' } }
  return findBodyFaults(document, schema, text)
}

const REFUSED_AS = new Set(Object.entries(REFUSALS).map(([code, { wireCode }]) => wireCode ?? code))

/** Of endpoints that say which refusals they know, by code. */
function findCodeFaults(method: string, route: string, text: string | null): string[] {
  const endpoint = ENDPOINTS.find((each) => each.method === method && each.path.replace(/:(\w+)/g, '{$1}') === route)
  const { code = '' } = (parse(text) ?? {}) as { readonly code?: string }
  // One that is on no list at all is the schema's to find.
  if (endpoint === undefined || !REFUSED_AS.has(code) || codesOf(endpoint).has(code)) return []
  return [`${code} is none of the refusals of ${method} ${route}`]
}

function codesOf(endpoint: Endpoint): ReadonlySet<string> {
  const ofBodies = ['malformed_body', 'unsupported_media_type', 'body_too_large'] as const
  const all = [...refusalsOf(endpoint), ...(endpoint.method === 'GET' ? [] : ofBodies), 'internal_error' as const]
  return new Set(all.map((code) => REFUSALS[code].wireCode ?? code))
}

/** What stands before the routes of a face: its configuration, and for cookies where a request comes from. */
function guardsOf(path: string): readonly number[] {
  return path.startsWith('/auth') ? [503, 403] : [503]
}

function expectStatus({ status }: Answer, expected: readonly number[], where: string): string[] {
  return expected.includes(status) ? [] : [`${where}: ${status} instead of ${expected.join(' or ')}`]
}

function findErrorFaults({ text }: Answer, path: string): string[] {
  const row = ERRORS.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`) || prefix === '')
  const [, which, name] = row ?? ERRORS[3]
  return findBodyFaults(documents[which], documents[which].components.schemas[name], text)
}

function findBodyFaults(document: Json, schema: Json, text: string | null): string[] {
  const body = parse(text)
  return body === undefined ? ['the body is no JSON'] : findProblems(document, schema, body, '$')
}

function isPage({ headers }: Answer): boolean {
  return headers.get('Content-Type')?.startsWith('text/html') ?? false
}

const LINK_PAGE_STATUSES = [200, 400, 413, 415, 429, 500, 503]

function findPageFaults(answer: Answer, path: string): string[] {
  if (path.endsWith('/openapi.json') || path.startsWith('/docs')) return expectStatus(answer, [200, 404, 500], path)
  if (path === '/dev/mailbox') return expectStatus(answer, [200, 404, 503], path)
  return [
    ...expectStatus(answer, LINK_PAGE_STATUSES, path),
    // Before the page is reached, configuration is asked for: its refusal is the service's, not the page's.
    ...(isPage(answer) || answer.status === 503 ? [] : [`${path} is no page`]),
  ]
}

function parse(text: string | null): Json {
  try {
    return text ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}
