// Turns what was typed into the one spelling of a mailbox that is stored and compared, or refuses it. Takes far less than
// RFC 5322 allows: no display name, comment, quoted string, list, IP literal or invisible character reaches the mail.

// RFC 5321 §4.5.3.1.1 and .3 (a path of 256 less its two angle brackets), RFC 1035 §2.3.4.
const LOCAL_PART_LIMIT = 64
export const EMAIL_ADDRESS_LIMIT = 254
const LABEL_LIMIT = 63

/** dot-atom-text of RFC 5322 §3.2.3, ASCII only. */
const DOT_ATOM = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i

// The URL parser decodes `%40`, drops soft hyphens and joiners and reads ports and paths: only letters, marks, digits,
// hyphens and full stops are shown to it. Unassigned code points and lone surrogates are none of these.
const HOST_CHARACTERS = /^[\p{L}\p{M}\p{N}.-]+$/u
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u

/** The address in lower case with its domain in punycode, `null` when it is not exactly one plain mailbox. */
export function parseEmailAddress(text: string): string | null {
  const at = text.indexOf('@')
  const localPart = text.slice(0, Math.max(at, 0))
  if (localPart.length > LOCAL_PART_LIMIT || !DOT_ATOM.test(localPart)) return null
  const domain = parseMailDomain(text.slice(at + 1))
  if (domain === null) return null
  const address = `${localPart.toLowerCase()}@${domain}`
  return address.length <= EMAIL_ADDRESS_LIMIT ? address : null
}

function parseMailDomain(text: string): string | null {
  if (text.length > EMAIL_ADDRESS_LIMIT || !HOST_CHARACTERS.test(text) || INVISIBLE.test(text)) return null
  const domain = toAscii(text)
  if (domain === null) return null
  const labels = domain.split('.')
  // `Number('0x7f')` is how the URL standard sees a last label too; an address of digits would be an IP literal in disguise.
  if (labels.length < 2 || /^(\d+|0x[\da-f]*)$/.test(labels.at(-1) ?? '')) return null
  return labels.every(isHostLabel) ? domain : null
}

function isHostLabel(label: string): boolean {
  return label.length <= LABEL_LIMIT && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(label)
}

/**
 * UTS 46 by the runtime's URL parser. A host of ASCII alone is passed through by it with its `xn--` labels unchecked, so an
 * IDN label is put in front, which makes it check every label, and taken off again.
 */
function toAscii(domain: string): string | null {
  const url = URL.parse(`https://é.${domain}/`)
  const prefix = 'xn--9ca.'
  return url?.hostname.startsWith(prefix) ? url.hostname.slice(prefix.length) : null
}
