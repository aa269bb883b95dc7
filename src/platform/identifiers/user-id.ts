// Ids of accounts: UUIDs of version 8 (RFC 9562 §5.8), whose first digits say where the account is kept. Session ids begin with the id of
// their user, so that they lead there, too.
import { encodeHex } from '../crypto/hex.ts'
import type { Random } from '../crypto/random.ts'

/**
 * One digit for the layout of what follows, one for the jurisdiction, four for the bucket of accounts that is kept in one database:
 * zeros as long as there is one of each. The database that holds an account cannot be changed without its id, so the digits are there
 * before they are needed. Ids of before are random throughout, of version 4, and count as the same place.
 */
const PLACE = '000000'

export function newUserId(random: Pick<Random, 'bytes'>): string {
  const bytes = random.bytes(16)
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const digits = PLACE + encodeHex(bytes).slice(PLACE.length)
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-')
}
