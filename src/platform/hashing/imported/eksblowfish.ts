// The cipher inside bcrypt: Blowfish (Schneier, 1993) with the costly key schedule of Provos and Mazières (1999, §5.2).

export interface Blowfish {
  /** The eighteen subkeys. */
  readonly P: Int32Array
  /** The four S-boxes, 256 words each. */
  readonly S: Int32Array
}

const SUBKEYS = 18
const SBOX_WORDS = 4 * 256

let initial: Int32Array | null = null

/** A cipher before any key: its 1042 words are the fraction of π, computed at the first use, for π does not compress. */
export function createBlowfish(): Blowfish {
  initial ??= fractionOfPi(SUBKEYS + SBOX_WORDS)
  return { P: initial.slice(0, SUBKEYS), S: initial.slice(SUBKEYS) }
}

/** Enciphers the two words at `at`, in place. */
export function encipher({ P, S }: Blowfish, block: Int32Array, at: number): void {
  let left = word(block, at) ^ word(P, 0)
  let right = word(block, at + 1)
  for (let round = 1; round <= 16; round += 2) {
    right ^= f(S, left) ^ word(P, round)
    left ^= f(S, right) ^ word(P, round + 1)
  }
  block[at] = right ^ word(P, 17)
  block[at + 1] = left
}

/**
 * ExpandKey(state, salt, key); without a salt it is Blowfish's own key schedule.
 * @param key eighteen words
 * @param salt four words
 */
export function expandKey(state: Blowfish, key: Int32Array, salt: Int32Array | null): void {
  const { P, S } = state
  for (let index = 0; index < SUBKEYS; index += 1) P[index] = word(P, index) ^ word(key, index)
  const block = new Int32Array(2)
  let salted = 0
  for (const table of [P, S]) {
    for (let index = 0; index < table.length; index += 2) {
      if (salt) {
        block[0] = word(block, 0) ^ word(salt, salted)
        block[1] = word(block, 1) ^ word(salt, salted + 1)
        salted ^= 2
      }
      encipher(state, block, 0)
      table[index] = word(block, 0)
      table[index + 1] = word(block, 1)
    }
  }
}

function f(S: Int32Array, x: number): number {
  const sum = (word(S, x >>> 24) + word(S, 256 | ((x >>> 16) & 255))) | 0
  return ((sum ^ word(S, 512 | ((x >>> 8) & 255))) + word(S, 768 | (x & 255))) | 0
}

/** Every index here is in range. */
function word(table: Int32Array, index: number): number {
  return table[index] as number
}

/** The first words behind the point, by the series of the Chudnovsky brothers. */
function fractionOfPi(words: number): Int32Array {
  // The guard bits take up what truncation loses, a few units in each of some 700 terms.
  const guard = 64n
  const one = 1n << (BigInt(words) * 32n + guard)
  let term = one
  let sum = one
  let weighted = 0n
  for (let k = 1n; term !== 0n; k += 1n) {
    term = (-term * ((6n * k - 5n) * (2n * k - 1n) * (6n * k - 1n))) / (k ** 3n * (640_320n ** 3n / 24n))
    sum += term
    weighted += k * term
  }
  const pi = (426_880n * squareRoot(10_005n * one * one) * one) / (13_591_409n * sum + 545_140_134n * weighted)
  const digits = ((pi - 3n * one) >> guard).toString(16).padStart(words * 8, '0')
  return Int32Array.from({ length: words }, (_, index) => Number.parseInt(digits.slice(index * 8, index * 8 + 8), 16))
}

/** Newton's, from above. */
function squareRoot(square: bigint): bigint {
  let root = 1n << BigInt(Math.ceil(square.toString(16).length * 2))
  for (;;) {
    const next = (root + square / root) >> 1n
    if (next >= root) return root
    root = next
  }
}
