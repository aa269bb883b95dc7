// How Argon2id fills its memory (RFC 9106 §3.2 to §3.4): a lane after the other, in four slices a pass, each block made of
// the one before it and of another that is picked by what neither the password (at first) nor anybody else can foresee.
import { compress, WORDS } from './argon2-block.ts'

export interface Shape {
  readonly lanes: number
  readonly passes: number
  /** In blocks; a multiple of `SLICES`. */
  readonly laneLength: number
  /** Version 1.0: a later pass writes over what is there, where 1.3 adds to it. */
  readonly isFresh: boolean
}

interface Segment {
  readonly pass: number
  readonly slice: number
  readonly lane: number
}

/** Each lane is filled in four steps a pass, after which the lanes may look at each other. */
export const SLICES = 4
export const TYPE_ID = 2
/** Pairs of J₁ and J₂ in a block of addresses. */
const ADDRESSES = 128
const TWO_32 = 2 ** 32

/** Fills all but the first two blocks of each lane, which are there already, and stops after each block. */
export function* fill(shape: Shape, memory: Uint32Array): Generator<void, void, void> {
  for (let pass = 0; pass < shape.passes; pass += 1) {
    for (let slice = 0; slice < SLICES; slice += 1) {
      for (let lane = 0; lane < shape.lanes; lane += 1) yield* fillSegment(shape, memory, { pass, slice, lane })
    }
  }
}

function* fillSegment(shape: Shape, memory: Uint32Array, segment: Segment): Generator<void, void, void> {
  const { pass, slice, lane } = segment
  const { laneLength } = shape
  const length = laneLength / SLICES
  const block = (of: number, column: number) => ({ memory, at: (of * laneLength + column) * WORDS })
  // §3.4.1.3: Argon2id picks without regard to the data until half of the first pass is done.
  const addresses = pass === 0 && slice < 2 ? new Addresses(shape, segment) : null
  for (let index = pass === 0 && slice === 0 ? 2 : 0; index < length; index += 1) {
    const column = slice * length + index
    const previous = block(lane, (column + laneLength - 1) % laneLength)
    const { memory: words, at } = addresses?.pair(index) ?? previous
    const [j1, j2] = [words[at] ?? 0, words[at + 1] ?? 0]
    const of = pass === 0 && slice === 0 ? lane : j2 % shape.lanes
    compress(previous, block(of, pickColumn(shape, segment, index, of, j1)), block(lane, column), pass > 0 && !shape.isFresh)
    yield
  }
}

/** §3.4.2: maps J₁ to a column that is filled and is not the previous block, the later the likelier. */
function pickColumn({ laneLength }: Shape, { pass, slice, lane }: Segment, index: number, of: number, j1: number): number {
  const length = laneLength / SLICES
  const finished = pass === 0 ? slice * length : laneLength - length
  const area = finished + (of === lane ? index - 1 : index === 0 ? -1 : 0)
  // Both quotients are exact: BigInt where 64 bits are needed would be ten times slower.
  const x = highOfSquare(j1)
  const position = area - 1 - Math.floor((area * x) / TWO_32)
  const start = pass === 0 ? 0 : ((slice + 1) % SLICES) * length
  return (start + position) % laneLength
}

/** ⌊j² / 2^32⌋. As a double the square is off by at most 2^10, which its exact low half corrects. */
function highOfSquare(j: number): number {
  return Math.round((j * j - (Math.imul(j, j) >>> 0)) / TWO_32)
}

/** The pairs of J₁ and J₂ of a segment, a block of them at a time (§3.4.1.2). */
class Addresses {
  readonly #zero = { memory: new Uint32Array(WORDS), at: 0 }
  readonly #input = { memory: new Uint32Array(WORDS), at: 0 }
  readonly #block = { memory: new Uint32Array(WORDS), at: 0 }

  constructor({ lanes, passes, laneLength }: Shape, { pass, lane, slice }: Segment) {
    // 64-bit numbers, all of them small.
    for (const [index, value] of [pass, lane, slice, lanes * laneLength, passes, TYPE_ID].entries()) {
      this.#input.memory[2 * index] = value
    }
  }

  /** Where the pair for a block of the segment is; to be asked in order. */
  pair(index: number): { readonly memory: Uint32Array; readonly at: number } {
    const counter = Math.floor(index / ADDRESSES) + 1
    if (this.#input.memory[12] !== counter) {
      this.#input.memory[12] = counter
      compress(this.#zero, this.#input, this.#block, false)
      compress(this.#zero, this.#block, this.#block, false)
    }
    return { memory: this.#block.memory, at: 2 * (index % ADDRESSES) }
  }
}
