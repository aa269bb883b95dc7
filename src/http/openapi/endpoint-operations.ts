// Endpoints as the OpenAPI document describes them.
import { REFUSALS } from '../failures/refusals.ts'
import { type Access, type Endpoint, refusalsOf } from '../shared/endpoint.ts'
import type { Operation } from './operation.ts'

const BEARER: Readonly<Record<Access, Operation['bearer'] | null>> = {
  public: null,
  optional: 'optional',
  session: 'required',
  aal1: 'required',
  recent: 'required',
}

const RECENT = 'Needs a sign-in by password, or a reauthentication, not more than 10 minutes ago.'

/** By method and path. */
export function operationsOf(endpoints: readonly Endpoint[]): Readonly<Record<string, Operation>> {
  return Object.fromEntries(endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, describe(endpoint)]))
}

function describe(endpoint: Endpoint): Operation {
  const { access, description, handle: _, refusals: __, ...operation } = endpoint
  const bearer = BEARER[access]
  const words = [...(description === undefined ? [] : [description]), ...(access === 'recent' ? [RECENT] : [])]
  return {
    ...operation,
    ...(words.length > 0 && { description: words.join(' ') }),
    ...(bearer && { bearer }),
    refusals: [...new Set(refusalsOf(endpoint).map((code) => REFUSALS[code].status))],
  }
}
