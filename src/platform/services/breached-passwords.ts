// Passwords known from breaches, asked for by k-anonymity in the format of Have I Been Pwned: the service is told five of the
// forty digits of a hash, and answers with the rest of every hash that begins with them.

import { encodeHex } from '../crypto/hex.ts'
import type { Clock } from '../runtime/clock.ts'
import { withDeadline } from '../runtime/deadline.ts'
import { askOutside } from './outside.ts'

export interface BreachedPasswords {
  /** @throws Unavailable */
  has(password: string): Promise<boolean>
}

interface BreachedPasswordsOptions {
  /** What the digits are put behind, without a slash at the end. */
  readonly url: string
  readonly deadlineMilliseconds: number
  readonly clock: Clock
}

const PREFIX_LENGTH = 5
/** A padded range is some 80 KB today, and grows with the list. */
const MAX_ANSWER_BYTES = 512 * 1024
/** At most a few megabytes of an isolate's memory. */
const MAX_RANGES = 32
const RANGE_TTL_SECONDS = 3600
const LINE = /^([0-9A-F]{35}):(\d+)$/i

export function createBreachedPasswords({ url, deadlineMilliseconds, clock }: BreachedPasswordsOptions): BreachedPasswords {
  // Answers only: a request may not wait for a promise that another request made.
  const ranges = new Map<string, { readonly suffixes: string; readonly until: number }>()

  async function fetchRange(prefix: string): Promise<string> {
    // Padding hides from who watches the line which range was asked for; the API refuses who does not name itself.
    const headers = { 'Add-Padding': 'true', 'User-Agent': 'postern' }
    const signal = AbortSignal.timeout(deadlineMilliseconds)
    const { status, text } = await askOutside(`${url}/${prefix}`, { headers, signal }, MAX_ANSWER_BYTES)
    if (status !== 200) throw new Error(`answered ${status}`)
    return parseRange(text)
  }

  async function findSuffixes(prefix: string): Promise<string> {
    const known = ranges.get(prefix)
    if (known && known.until > clock()) return known.suffixes
    const suffixes = await withDeadline('breached passwords', deadlineMilliseconds, () => fetchRange(prefix))
    // Behind all others, so that the first is always the oldest.
    ranges.delete(prefix)
    ranges.set(prefix, { suffixes, until: clock() + RANGE_TTL_SECONDS })
    const [oldest] = ranges.keys()
    if (ranges.size > MAX_RANGES && oldest !== undefined) ranges.delete(oldest)
    return suffixes
  }

  return {
    async has(password) {
      const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(password.normalize('NFC')))
      const hash = encodeHex(new Uint8Array(digest)).toUpperCase()
      return (await findSuffixes(hash.slice(0, PREFIX_LENGTH))).includes(hash.slice(PREFIX_LENGTH))
    },
  }
}

/** The suffixes that were breached, a line each; a count of 0 is padding. @throws Error for anything that is no range */
function parseRange(text: string): string {
  const suffixes: string[] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const [, suffix = '', count] = LINE.exec(line.trim()) ?? []
    if (count === undefined) throw new Error('answer is not in the format of a range')
    if (Number(count) > 0) suffixes.push(suffix.toUpperCase())
  }
  return suffixes.join('\n')
}
