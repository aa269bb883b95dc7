// How the text that somebody types becomes the bytes that are hashed. Systems differ, and some take several texts for one: bcrypt
// reads 72 bytes, better-auth unites what looks alike (NFKC). A hash that is made anew keeps such a rule, since whatever its user
// could type yesterday has to work tomorrow.

/** `text`: as it is. `nfkc`: compatibility forms are one (better-auth). `bcrypt`: its first 72 bytes. */
export type InputForm = 'text' | 'nfkc' | 'bcrypt'

export type Bytes = Uint8Array<ArrayBuffer>

/** What is hashed: `form` says how a password is to be read to get it again. */
export interface HashInput {
  readonly form: InputForm
  readonly bytes: Bytes
}

/** bcrypt's key has eighteen words of room: what is longer was never looked at. */
const BCRYPT_BYTES = 72

/** What Postern hashes for a new password. */
export function newInput(password: string): HashInput {
  return { form: 'text', bytes: encode(password.normalize('NFC')) }
}

/**
 * What is tried: the text composed, as Postern hashes it, and as typed, as others do. The two differ for few, for whom it costs
 * a second run, chosen by whoever types and not by the account.
 */
export function inputsOf(password: string, form: InputForm): Bytes[] {
  return [...new Set([password.normalize('NFC'), password])].map((text) => read(text, form))
}

/**
 * What to hash in the place of a hash that was made of `form`, once the password was found right by it. `null` where that is not
 * certain: the old hash has to stay.
 */
export function renewedInput(password: string, form: InputForm): HashInput | null {
  const inputs = inputsOf(password, form)
  if (form === 'text') return newInput(password)
  // Shorter than what bcrypt reads, its closing NUL included, only this text has these bytes.
  if (form === 'bcrypt' && inputs.every(({ length }) => length < BCRYPT_BYTES)) return newInput(password)
  const [bytes, ...others] = inputs
  if (bytes === undefined || others.some((other) => !isSame(bytes, other))) return null
  return { form, bytes }
}

function read(text: string, form: InputForm): Bytes {
  if (form === 'nfkc') return encode(text.normalize('NFKC'))
  return form === 'bcrypt' ? encode(text).slice(0, BCRYPT_BYTES) : encode(text)
}

function encode(text: string): Bytes {
  return Uint8Array.from(new TextEncoder().encode(text))
}

/** Both were typed by the same person just now: there is nothing to learn from the time. */
function isSame(one: Bytes, other: Bytes): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}
