// An e-mail address that a request cannot do without.
import { parseEmailAddress } from '../../platform/identifiers/email-address.ts'
import { AuthError } from '../kernel/errors.ts'

/** @returns the address as it is stored and compared @throws AuthError `invalid_request` */
export function requireEmail(email: string | undefined): string {
  const address = email ? parseEmailAddress(email) : null
  if (address) return address
  const message = email ? 'must be an e-mail address' : 'is required'
  throw new AuthError('invalid_request', 'not an address', { fields: [{ field: 'email', message }] })
}
