// The compression function of Argon2 (RFC 9106 §3.5 and §3.6) on blocks of 1024 bytes, 256 words of 32 bits, as which JavaScript
// can count. A 64-bit register `n` is the words 2n (low) and 2n + 1 (high), which is its order in memory on every machine
// that workers run on.

export const WORDS = 256
const TWO_32 = 2 ** 32

const rows = Array.from({ length: 8 }, (_, row) => Array.from({ length: 16 }, (_, index) => 16 * row + index))
/** Of pairs of registers. */
const columns = rows.map((_, column) => Array.from({ length: 16 }, (_, index) => 2 * column + 16 * (index >> 1) + (index & 1)))
/** The eight calls of GB in a permutation, of four registers each. */
const STEPS = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0, 5, 10, 15, 1, 6, 11, 12, 2, 7, 8, 13, 3, 4, 9, 14]
/** All arguments of all calls of GB in G, as words: rows first, then columns. */
const SCHEDULE = Int32Array.from([...rows, ...columns].flatMap((registers) => STEPS.map((step) => 2 * (registers[step] ?? 0))))

/** Scratch of one call, which nothing can interrupt. */
const before = new Int32Array(WORDS)
const state = new Int32Array(WORDS)

/** Blocks are named by the memory they are in and where they begin. */
export interface Block {
  readonly memory: Uint32Array
  readonly at: number
}

/** G(X, Y) into `out`, or over what is there already, as later passes do (§3.2, step 6). */
export function compress(x: Block, y: Block, out: Block, isOver: boolean): void {
  for (let index = 0; index < WORDS; index += 1) {
    const word = at(x.memory, x.at + index) ^ at(y.memory, y.at + index)
    state[index] = word
    before[index] = isOver ? word ^ at(out.memory, out.at + index) : word
  }
  for (let call = 0; call < SCHEDULE.length; call += 4) {
    mix(at(SCHEDULE, call), at(SCHEDULE, call + 1), at(SCHEDULE, call + 2), at(SCHEDULE, call + 3))
  }
  for (let index = 0; index < WORDS; index += 1) out.memory[out.at + index] = at(state, index) ^ at(before, index)
}

/** GB (§3.6), its four registers in variables, since this is where all the time goes. */
function mix(a: number, b: number, c: number, d: number): void {
  let aLow = at(state, a)
  let aHigh = at(state, a + 1)
  let bLow = at(state, b)
  let bHigh = at(state, b + 1)
  let cLow = at(state, c)
  let cHigh = at(state, c + 1)
  let dLow = at(state, d)
  let dHigh = at(state, d + 1)
  let product = 0
  let sum = 0
  let x = 0

  // a = a + b + 2·low(a)·low(b); d = (d ⊕ a) ⋙ 32
  product = Math.imul(aLow, bLow)
  sum = (aLow >>> 0) + (bLow >>> 0) + ((product << 1) >>> 0)
  aHigh = (aHigh + bHigh + ((highOf(aLow, bLow, product) << 1) | (product >>> 31)) + ((sum / TWO_32) | 0)) | 0
  aLow = sum | 0
  x = dLow ^ aLow
  dLow = dHigh ^ aHigh
  dHigh = x
  // c = c + d + 2·low(c)·low(d); b = (b ⊕ c) ⋙ 24
  product = Math.imul(cLow, dLow)
  sum = (cLow >>> 0) + (dLow >>> 0) + ((product << 1) >>> 0)
  cHigh = (cHigh + dHigh + ((highOf(cLow, dLow, product) << 1) | (product >>> 31)) + ((sum / TWO_32) | 0)) | 0
  cLow = sum | 0
  bLow ^= cLow
  bHigh ^= cHigh
  x = (bLow >>> 24) | (bHigh << 8)
  bHigh = (bHigh >>> 24) | (bLow << 8)
  bLow = x
  // The same again with ⋙ 16 and ⋙ 63
  product = Math.imul(aLow, bLow)
  sum = (aLow >>> 0) + (bLow >>> 0) + ((product << 1) >>> 0)
  aHigh = (aHigh + bHigh + ((highOf(aLow, bLow, product) << 1) | (product >>> 31)) + ((sum / TWO_32) | 0)) | 0
  aLow = sum | 0
  dLow ^= aLow
  dHigh ^= aHigh
  x = (dLow >>> 16) | (dHigh << 16)
  dHigh = (dHigh >>> 16) | (dLow << 16)
  dLow = x
  product = Math.imul(cLow, dLow)
  sum = (cLow >>> 0) + (dLow >>> 0) + ((product << 1) >>> 0)
  cHigh = (cHigh + dHigh + ((highOf(cLow, dLow, product) << 1) | (product >>> 31)) + ((sum / TWO_32) | 0)) | 0
  cLow = sum | 0
  bLow ^= cLow
  bHigh ^= cHigh
  x = (bLow << 1) | (bHigh >>> 31)
  bHigh = (bHigh << 1) | (bLow >>> 31)
  bLow = x

  state[a] = aLow
  state[a + 1] = aHigh
  state[b] = bLow
  state[b + 1] = bHigh
  state[c] = cLow
  state[c + 1] = cHigh
  state[d] = dLow
  state[d + 1] = dHigh
}

/** The high half of x·y, whose low half is known. As a double the product is off by at most 2^10, which rounding takes away. */
function highOf(x: number, y: number, low: number): number {
  return (((x >>> 0) * (y >>> 0) - (low >>> 0)) / TWO_32 + 0.5) | 0
}

/** Every index here is in range. */
function at(words: Int32Array | Uint32Array, index: number): number {
  return words[index] as number
}
