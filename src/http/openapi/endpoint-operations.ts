// Endpoints as the OpenAPI document describes them.
import { type FailureCode, REFUSALS, type Refusal } from '../failures/refusals.ts'
import { type Access, type Endpoint, refusalsOf } from '../shared/endpoint.ts'
import type { Operation } from './operation.ts'

const BEARER: Readonly<Record<Access, Operation['bearer'] | null>> = {
  public: null,
  optional: 'optional',
  session: 'required',
  aal1: 'required',
  recent: 'required',
  look: 'required',
  change: 'required',
}

const RECENT = 'Needs a sign-in by password, or a reauthentication, not more than 10 minutes ago.'

/** By method and path. @param refusals which status an API gives to which code */
export function operationsOf(
  endpoints: readonly Endpoint[],
  refusals: Readonly<Record<FailureCode, Refusal>> = REFUSALS,
): Readonly<Record<string, Operation>> {
  return Object.fromEntries(endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, describe(endpoint, refusals)]))
}

function describe(endpoint: Endpoint, words: Readonly<Record<FailureCode, Refusal>>): Operation {
  const { access, description, handle: _, refusals: __, ...operation } = endpoint
  const bearer = BEARER[access]
  const sentences = [...(description === undefined ? [] : [description]), ...(access === 'recent' ? [RECENT] : [])]
  return {
    ...operation,
    ...(sentences.length > 0 && { description: sentences.join(' ') }),
    ...(bearer && { bearer }),
    refusals: [...new Set(refusalsOf(endpoint).map((code) => words[code].status))],
  }
}
