// One endpoint: its path, what a request has to show and to say, what it may be told, and what it does. Routes, the OpenAPI document and
// the tests of all endpoints are made of these.
import type { Context } from 'hono'
import type { HonoBase } from 'hono/hono-base'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { GenericSchema, InferOutput } from 'valibot'
import type { FailureCode } from '../failures/refusals.ts'
import type { Operation } from '../openapi/operation.ts'
import { parseBody } from '../openapi/schema.ts'
import { jsonBody } from './body.ts'
import type { AppEnv } from './context.ts'
import { closeRoutes, refuseHeadBeside } from './routes.ts'

/**
 * What a request has to show. The use case asks for it, and a test asks every endpoint whether it does: an access token of a live session;
 * of one that was opened by more than a PIN; of one whose password was given within the last ten minutes; or what makes an operator, for a
 * look or for a change.
 */
export type Access = 'public' | 'optional' | 'session' | 'aal1' | 'recent' | 'look' | 'change'

/** The refusals that come with it. */
const ACCESS_REFUSALS: Readonly<Record<Access, readonly FailureCode[]>> = {
  public: [],
  optional: ['unauthorized', 'invalid_access_token', 'session_ended'],
  session: ['unauthorized', 'invalid_access_token', 'session_ended'],
  aal1: ['unauthorized', 'invalid_access_token', 'session_ended', 'forbidden'],
  recent: ['unauthorized', 'invalid_access_token', 'session_ended', 'forbidden', 'reauthentication_required'],
  look: ['unauthorized', 'invalid_access_token', 'session_ended', 'forbidden', 'rate_limited'],
  change: [
    ...(['unauthorized', 'invalid_access_token', 'session_ended', 'forbidden', 'rate_limited'] as const),
    'reauthentication_required',
  ],
}

interface Description extends Omit<Operation, 'refusals' | 'bearer' | 'body' | 'success'> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the path of its API, with `:name` for a parameter. */
  readonly path: string
  readonly access: Access
  /** It acts although it is a GET: HEAD is refused. */
  readonly acts?: true
  /** Besides those that come with its access, with a body, and with an outage. */
  readonly refusals: readonly FailureCode[]
}

/** What is answered is not changed any more. */
type Told<T> = T extends readonly (infer Item)[]
  ? readonly Told<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: Told<T[Name]> }
    : T

interface Definition<Body extends GenericSchema, Reply extends GenericSchema> extends Description {
  /** What the body is checked by. Without one a body is read and not looked at. */
  readonly body?: Body
  readonly success: readonly [ContentfulStatusCode, Reply]
  readonly handle: (c: Context<AppEnv>, body: InferOutput<Body>) => Promise<Told<InferOutput<Reply>> | Response>
}

export interface Endpoint extends Description {
  readonly body?: GenericSchema
  readonly success: readonly [ContentfulStatusCode, GenericSchema]
  readonly handle: (c: Context<AppEnv>, body: never) => Promise<unknown>
}

/** All that it may be told. */
export function refusalsOf({ access, body, refusals }: Pick<Endpoint, 'access' | 'body' | 'refusals'>): readonly FailureCode[] {
  return [...ACCESS_REFUSALS[access], ...refusals, ...(body === undefined ? [] : (['invalid_request'] as const)), 'unavailable']
}

/** Has the handler answer with what is documented, from what is checked. */
export function endpoint<const Body extends GenericSchema, const Reply extends GenericSchema>(
  definition: Definition<Body, Reply>,
): Endpoint {
  return definition
}

/** Of the path, where the endpoint's has it. */
export function parameter(c: Context<AppEnv>, name: string): string {
  return c.req.param(name) ?? ''
}

function methodsOf(endpoints: readonly Endpoint[], path: string): readonly string[] {
  return endpoints.filter((each) => each.path === path).map(({ method }) => method)
}

/** The endpoints of an API, and the refusal of everything else below its path. */
export function mount(api: HonoBase<AppEnv>, endpoints: readonly Endpoint[]): void {
  for (const { method, path, acts, body, bodyType, success, handle } of endpoints) {
    const guards =
      method === 'GET' ? (acts ? [refuseHeadBeside(methodsOf(endpoints, path))] : []) : bodyType === undefined ? [jsonBody] : []
    api.on([method], [path], ...guards, async (c) => {
      const asked = body === undefined ? null : parseBody(body, c.var.body)
      const reply = await handle(c, asked as never)
      return reply instanceof Response ? reply : c.json(reply as object, success[0])
    })
  }
  closeRoutes(api, { withoutHead: endpoints.filter(({ acts }) => acts).map(({ path }) => path) })
}
