// The address a request came from, in one spelling, and the bucket that limits count it under. Judges syntax only: private and
// reserved addresses count like any other. Everything that is not an address shares one name, and so one budget.

/** Stands for a missing or broken address. */
export const UNKNOWN_ADDRESS = 'unknown'

/** Where requests come from that a worker of another zone sends over the internet: Cloudflare hides the address behind them. */
const WORKERS_NETWORK = '2a06:98c0:3600::/64'

const CALLER_PREFIX = 'caller:'

/** The address as dotted decimal or in the form of RFC 5952, `UNKNOWN_ADDRESS` for anything else. */
export function parseClientAddress(header: string | null): string {
  const text = header ?? ''
  if (parseIpv4(text)) return text
  const groups = parseIpv6(text)
  return groups ? renderIpv6(groups) : UNKNOWN_ADDRESS
}

/**
 * What limits are counted by: an IPv4 address, or the /64 of an IPv6 one, as a single subscriber holds at least that many.
 * @param address as `parseClientAddress` gave it
 */
export function addressBucket(address: string): string {
  if (parseIpv4(address)) return address
  const groups = parseIpv6(address)
  if (!groups) return UNKNOWN_ADDRESS
  return mappedIpv4(groups) ?? `${renderIpv6([...groups.slice(0, 4), 0, 0, 0, 0])}/64`
}

/** Whether visitors of whom each should be a client of its own come from this one address. */
export function isSharedAddress(address: string): boolean {
  return address === UNKNOWN_ADDRESS || addressBucket(address) === WORKERS_NETWORK
}

/** What limits are counted by where another worker asks and no address is known. No address looks like this. */
function callerBucket(caller: string): string {
  return CALLER_PREFIX + caller
}

/**
 * What limits count a request by: the address of the client where it is known, else the worker that asks.
 * @param caller by name; absent for requests over HTTP
 */
export function clientBucket({
  address,
  caller,
}: {
  readonly address: string
  readonly caller?: string | null | undefined
}): string {
  const isForCaller = address === UNKNOWN_ADDRESS && typeof caller === 'string'
  return isForCaller ? callerBucket(caller) : addressBucket(address)
}

export function isCallerBucket(bucket: string): boolean {
  return bucket.startsWith(CALLER_PREFIX)
}

function parseIpv4(text: string): readonly number[] | null {
  // Leading zeros are refused: some readers take them for octal.
  const octets = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/.exec(text)?.slice(1).map(Number)
  return octets?.every((octet) => octet <= 255) ? octets : null
}

/** The eight groups of an address in any form of RFC 4291 §2.2. Zone ids (RFC 4007) mean nothing to anyone else: refused. */
function parseIpv6(text: string): readonly number[] | null {
  const halves = text.split('::')
  const [before = '', after] = halves
  if (halves.length > 2) return null
  const head = parseGroups(before, after === undefined)
  if (after === undefined) return head?.length === 8 ? head : null
  const tail = parseGroups(after, true)
  // `::` stands for at least one group.
  if (!head || !tail || head.length + tail.length > 7) return null
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

/** Groups of hex digits parted by single colons; the last may be an IPv4 address where the text is an address's end. */
function parseGroups(text: string, isEnd: boolean): readonly number[] | null {
  if (text === '') return []
  const parts = text.split(':')
  const embedded = isEnd ? parseIpv4(parts.at(-1) ?? '') : null
  if (embedded) parts.pop()
  if (!parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part))) return null
  const groups = parts.map((part) => Number.parseInt(part, 16))
  const [a = 0, b = 0, c = 0, d = 0] = embedded ?? []
  return embedded ? [...groups, a * 256 + b, c * 256 + d] : groups
}

function mappedIpv4(groups: readonly number[]): string | null {
  if (groups.slice(0, 5).some((group) => group !== 0) || groups[5] !== 0xffff) return null
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.')
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`, mapped IPv4 dotted. */
function renderIpv6(groups: readonly number[]): string {
  const mapped = mappedIpv4(groups)
  if (mapped !== null) return `::ffff:${mapped}`
  const text = groups.map((group) => group.toString(16)).join(':')
  for (let length = groups.length; length >= 2; length -= 1) {
    const zeros = new RegExp(`(^|:)0(:0){${length - 1}}(:|$)`)
    if (zeros.test(text)) return text.replace(zeros, '::')
  }
  return text
}
