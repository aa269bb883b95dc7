// What is wanted of @noble/hashes. Its own file, imported when first wanted, so that start-up does not pay for it; with an import()
// of the library's files themselves everything else in them would be bundled too.
export { blake2b } from '@noble/hashes/blake2.js'
export { hmac } from '@noble/hashes/hmac.js'
export { sha1 } from '@noble/hashes/legacy.js'
export { sha256, sha512 } from '@noble/hashes/sha2.js'
