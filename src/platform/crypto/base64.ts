// Base64 without padding in both alphabets of RFC 4648: the standard one for PHC strings, the URL-safe one for what is sealed.
// Decoding takes the one canonical spelling only, so that no two texts mean the same bytes.

/** RFC 4648 §4, without the padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).replace(/=+$/, '')
}

/** The bytes of canonical unpadded base64, `null` for anything else. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  // atob() skips white space and accepts padding: neither may pass here.
  if (!/^[A-Za-z0-9+/]*$/.test(text) || text.length % 4 === 1) return null
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  // The last character may carry spare bits, which atob() ignores (RFC 4648 §3.5).
  return encodeBase64(bytes) === text ? bytes : null
}

/** RFC 4648 §5, without the padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_')
}

/** The bytes of canonical unpadded base64url, `null` for anything else. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  return /^[A-Za-z0-9_-]*$/.test(text) ? decodeBase64(text.replaceAll('-', '+').replaceAll('_', '/')) : null
}
