// The engine behind password hashing: scrypt (RFC 7914), by the runtime. Nothing else calls it, so that a faster engine
// changes this file only; the tests hold it against the RFC's vectors and @noble/hashes.

export interface ScryptParameters {
  /** The base 2 logarithm of the cost parameter N. */
  readonly ln: number
  /** Block size. */
  readonly r: number
  /** Parallelization. */
  readonly p: number
}

/** workerd refuses a larger N·r·p ("cost exceeds maximum"). */
export const RUNTIME_COST_LIMIT = 2 ** 20

/** N·r·p, which the time one hash takes grows with. */
export function scryptCost({ ln, r, p }: ScryptParameters): number {
  return 2 ** ln * r * p
}

/** @throws when the runtime refuses the parameters; RFC 7914 §2 says which are valid */
export async function scrypt(
  password: Uint8Array,
  salt: Uint8Array,
  { ln, r, p }: ScryptParameters,
  keyLength: number,
): Promise<Uint8Array> {
  // Loaded with the first hash: it is a third of what the worker's start-up would cost otherwise.
  const { scrypt: runtimeScrypt } = await import('node:crypto')
  const N = 2 ** ln
  // V, B and the working blocks (RFC 7914 §5 and §6); the default maxmem of 32 MiB would refuse ln=15,r=8.
  const maxmem = 128 * r * (N + p + 2) + 2 ** 20
  return new Promise((resolve, reject) => {
    runtimeScrypt(password, salt, keyLength, { N, r, p, maxmem }, (error, key) => {
      if (error) reject(error)
      else resolve(new Uint8Array(key))
    })
  })
}
