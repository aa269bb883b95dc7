// For whom another worker asks: itself, or a client of its own where its binding may speak for clients. What it says of the client
// is what Cloudflare and the browser told it, and is judged like a header.
import type { Client } from '../core/kernel/deps.ts'
import { AuthError } from '../core/kernel/errors.ts'
import { parseClientAddress, UNKNOWN_ADDRESS } from '../platform/identifiers/client-address.ts'
import { parseAcceptLanguage } from '../platform/identifiers/locale.ts'
import { cleanText, USER_AGENT_LIMIT } from '../platform/identifiers/printable-text.ts'
import { optionalText, requireMembers } from './arguments.ts'
import type { Caller } from './caller.ts'

const MEMBERS: readonly string[] = ['clientAddress', 'userAgent', 'locale']

/**
 * @param said `{clientAddress?, userAgent?, locale?}`; a member that is null or empty counts as left out, so that headers can be handed
 *   on as they came
 * @throws AuthError `forbidden` for a caller that may not speak for clients; `invalid_request` for an address that is none, since limits
 *   would be counted for another one than meant, and for a member that has no meaning
 */
export function clientOf({ name, rights }: Caller, said: unknown): Client {
  const itself: Client = { address: UNKNOWN_ADDRESS, userAgent: `worker ${name}`, caller: name, face: 'rpc' }
  if (said === undefined || said === null) return itself
  if (!rights.has('clients')) throw new AuthError('forbidden', 'the binding has no right "clients"')
  const members = requireMembers(said)
  const unknown = Object.keys(members).find((member) => !MEMBERS.includes(member))
  if (unknown !== undefined) throw invalid('client', `has no member of that name: only ${MEMBERS.join(', ')}`)
  const userAgent = optionalText(members.userAgent)
  const locale = parseAcceptLanguage(optionalText(members.locale))
  return {
    ...itself,
    address: addressIn(optionalText(members.clientAddress)),
    ...(userAgent !== undefined && { userAgent: cleanText(userAgent, USER_AGENT_LIMIT) }),
    ...(locale !== null && { locale }),
  }
}

function addressIn(text: string | undefined): string {
  if (text === undefined) return UNKNOWN_ADDRESS
  const address = parseClientAddress(text)
  if (address === UNKNOWN_ADDRESS) throw invalid('clientAddress', 'must be one IP address')
  return address
}

function invalid(field: string, message: string): AuthError {
  return new AuthError('invalid_request', `${field} ${message}`, { fields: [{ field, message }] })
}
