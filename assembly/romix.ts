// ROMix of scrypt (RFC 7914 §5), the memory-hard part, in AssemblyScript with SIMD. Knows no password and no parameter's limits:
// src/platform/hashing/scrypt.ts does PBKDF2 before and after, lays out the memory and decides how much is done at a time.
//
// Up to three lanes (the p independent parts of one hash) go side by side in one loop. A lane alone leaves the processor waiting
// for the lane's own last result; three fill its units and still fit its sixteen vector registers.
//
// Rows of the table V for which there is no memory are not kept but computed again, from the nearest kept row before them.

// Memory, from 0: a record for each lane, a row of zeros, four working rows for each lane, and a table for each lane.

/** Room for three records, in whole cache lines. */
const RECORDS_BYTES: u32 = 128
/** Tables begin with a page, so that rows of the usual sizes lie in one each: looking up a page's address costs, too. */
const PAGE_BYTES: u32 = 4096

/** A lane's record. Each of its steps is BlockMix(FIRST xor SECOND) → TARGET; the fields are addresses of rows. */
const RECORD_BYTES: u32 = 24
const FIRST: u32 = 0
const SECOND: u32 = 4
const TARGET: u32 = 8
/** Where X of ROMix is. */
const X: u32 = 12
/** Iterations of ROMix's second loop that are left. */
const LEFT: u32 = 16
/** Steps until the row that this iteration asked for is there again. */
const MISSING: u32 = 20

let N: u32 = 0
let rowBytes: u32 = 0
let lanes: u32 = 0
let zeros: u32 = 0
let workingRows: u32 = 0
let tables: u32 = 0
let tableBytes: u32 = 0
/** How many rows of V have been computed. */
let filled: u32 = 0

/** Of the rows before `denseFrom` one in 2^sparseShift is kept, of the others one in 2^(sparseShift - 1). */
let sparseShift: u32 = 0
let denseFrom: u32 = 0

/** How many bytes of memory `prepare` with these needs. */
export function bytesFor(r: u32, laneCount: u32, rows: u32): u32 {
  return tablesAt(r, laneCount) + 128 * r * laneCount * rows
}

function tablesAt(r: u32, laneCount: u32): u32 {
  const end = RECORDS_BYTES + 128 * r * (1 + laneCount * 4)
  return (end + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1)
}

/**
 * Begins with up to three lanes. The caller has grown the memory, and writes each lane's block to `blockOf(lane)`.
 * @param rows how many rows of each lane's table are kept: at least one, at most N
 */
export function prepare(ln: u32, r: u32, laneCount: u32, rows: u32): void {
  N = 1 << ln
  rowBytes = 128 * r
  lanes = laneCount
  zeros = RECORDS_BYTES
  workingRows = zeros + rowBytes
  tables = tablesAt(r, lanes)
  tableBytes = rows * rowBytes
  sparseShift = 1
  while (N >> sparseShift > rows) sparseShift++
  const dense = N >> (sparseShift - 1)
  denseFrom = dense > rows ? (dense - rows) << sparseShift : 0
  filled = 0
  memory.fill(zeros, 0, rowBytes)
}

/** Where a lane's block of 128·r bytes is written before the first `run`, and read after the last. */
export function blockOf(lane: u32): u32 {
  return workingRow(lane, 0)
}

/** Takes at most `steps` steps, each a BlockMix of every lane. Returns whether all lanes are done. */
export function run(steps: u32): bool {
  if (filled == 0) for (let lane: u32 = 0; lane < lanes; lane++) begin(lane)
  for (; steps > 0 && filled < N; steps--) fillNextRow()
  for (; steps > 0; steps--) {
    blockMixLanes()
    let isDone = true
    for (let lane: u32 = 0; lane < lanes; lane++) if (!advance(lane)) isDone = false
    if (!isDone) continue
    for (let lane: u32 = 0; lane < lanes; lane++) finish(lane)
    return true
  }
  return false
}

function begin(lane: u32): void {
  const first = rowOf(lane, 0)
  toVectors(blockOf(lane), first)
  plan(lane * RECORD_BYTES, 0, zeros, first)
  filled = 1
}

/** One iteration of ROMix's first loop; after the last row X is what follows it. */
function fillNextRow(): void {
  const isLast = filled == N - 1
  for (let lane: u32 = 0; lane < lanes; lane++) {
    const record = lane * RECORD_BYTES
    const target = isKept(filled) ? rowOf(lane, filled) : workingRow(lane, 2 + (filled & 1))
    plan(record, load<u32>(record + TARGET), zeros, target)
  }
  blockMixLanes()
  filled++
  if (!isLast) return
  for (let lane: u32 = 0; lane < lanes; lane++) {
    const record = lane * RECORD_BYTES
    plan(record, load<u32>(record + TARGET), zeros, workingRow(lane, 0))
    store<u32>(record + LEFT, N + 1)
    store<u32>(record + MISSING, 0)
  }
}

/** Plans a lane's next step now that the one before is done. Returns whether the lane has nothing left to do. */
function advance(lane: u32): bool {
  const record = lane * RECORD_BYTES
  const result = load<u32>(record + TARGET)
  const missing = load<u32>(record + MISSING)
  if (missing > 0) {
    store<u32>(record + MISSING, missing - 1)
    if (missing > 1) plan(record, result, zeros, otherOf(result, workingRow(lane, 2), workingRow(lane, 3)))
    else planIteration(lane, result)
    return false
  }
  const left = load<u32>(record + LEFT)
  if (left == 0) return true
  store<u32>(record + LEFT, left - 1)
  store<u32>(record + X, result)
  // A lane that is done before the others repeats a step that changes nothing.
  if (left == 1) plan(record, result, zeros, workingRow(lane, 2))
  else planLookUp(lane, integerify(result))
  return left == 1
}

/** The second loop's `j = Integerify(X) mod N`. Words 0 of a block stay where they are in the order of `toVectors`. */
function integerify(x: u32): u32 {
  return load<u32>(x + rowBytes - 64) & (N - 1)
}

function planLookUp(lane: u32, j: u32): void {
  const missing = stepsFromKept(j)
  const row = rowOf(lane, j)
  store<u32>(lane * RECORD_BYTES + MISSING, missing)
  if (missing == 0) planIteration(lane, row)
  else plan(lane * RECORD_BYTES, row, zeros, workingRow(lane, 2))
  fetch(row)
}

/** Asks for all cache lines of a row at once. BlockMix would ask for one after the other and wait for each. */
function fetch(row: u32): void {
  for (let at: u32 = 0; at < rowBytes; at += 64) load<u32>(row + at)
}

/** X = BlockMix(X xor V[j]). */
function planIteration(lane: u32, row: u32): void {
  const x = load<u32>(lane * RECORD_BYTES + X)
  plan(lane * RECORD_BYTES, x, row, otherOf(x, workingRow(lane, 0), workingRow(lane, 1)))
}

function plan(record: u32, first: u32, second: u32, target: u32): void {
  store<u32>(record + FIRST, first)
  store<u32>(record + SECOND, second)
  store<u32>(record + TARGET, target)
}

function otherOf(row: u32, one: u32, other: u32): u32 {
  return row == one ? other : one
}

function finish(lane: u32): void {
  const spare = workingRow(lane, 3)
  fromVectors(load<u32>(lane * RECORD_BYTES + X), spare)
  memory.copy(blockOf(lane), spare, rowBytes)
}

function workingRow(lane: u32, index: u32): u32 {
  return workingRows + (lane * 4 + index) * rowBytes
}

function shiftAt(i: u32): u32 {
  return i < denseFrom ? sparseShift : sparseShift - 1
}

/** `denseFrom` is a multiple of 2^sparseShift, so the kept rows are the multiples of their stride on both sides of it. */
function stepsFromKept(i: u32): u32 {
  return i & ((1 << shiftAt(i)) - 1)
}

function isKept(i: u32): bool {
  return stepsFromKept(i) == 0
}

/** The address of row i, or of the nearest kept row before it. */
function rowOf(lane: u32, i: u32): u32 {
  const start = i < denseFrom ? 0 : denseFrom
  const index = (start >> sparseShift) + ((i - start) >> shiftAt(i))
  return tables + lane * tableBytes + index * rowBytes
}

/** Word i of a Salsa block goes where word 5·i mod 16 was: then its four diagonals are four vectors. */
function toVectors(source: u32, target: u32): void {
  for (let block: u32 = 0; block < rowBytes; block += 64) {
    for (let i: u32 = 0; i < 16; i++) store<u32>(target + block + i * 4, load<u32>(source + block + ((i * 5) & 15) * 4))
  }
}

function fromVectors(source: u32, target: u32): void {
  for (let block: u32 = 0; block < rowBytes; block += 64) {
    for (let i: u32 = 0; i < 16; i++) store<u32>(target + block + ((i * 5) & 15) * 4, load<u32>(source + block + i * 4))
  }
}

function blockMixLanes(): void {
  if (lanes == 3) blockMix3()
  else if (lanes == 2) blockMix2()
  else blockMix1()
}

function blockMix1(): void {
  blockMix(1)
}

function blockMix2(): void {
  blockMix(2)
}

function blockMix3(): void {
  blockMix(3)
}

/**
 * scryptBlockMix (RFC 7914 §4) of each lane's planned step. Inlined with a constant `n`, so that the code of lanes that are not
 * there is not there either; a, b, c, d are the diagonals of the Salsa block, numbered by lane.
 */
// @ts-ignore: decorators of functions are AssemblyScript's own
@inline
function blockMix(n: u32): void {
  const first0 = load<u32>(FIRST)
  const second0 = load<u32>(SECOND)
  const target0 = load<u32>(TARGET)
  const first1 = load<u32>(RECORD_BYTES + FIRST)
  const second1 = load<u32>(RECORD_BYTES + SECOND)
  const target1 = load<u32>(RECORD_BYTES + TARGET)
  const first2 = load<u32>(2 * RECORD_BYTES + FIRST)
  const second2 = load<u32>(2 * RECORD_BYTES + SECOND)
  const target2 = load<u32>(2 * RECORD_BYTES + TARGET)

  const last = rowBytes - 64
  let a0 = input(first0, second0, last), b0 = input(first0, second0, last + 16)
  let c0 = input(first0, second0, last + 32), d0 = input(first0, second0, last + 48)
  let a1 = a0, b1 = a0, c1 = a0, d1 = a0, a2 = a0, b2 = a0, c2 = a0, d2 = a0
  if (n > 1) {
    a1 = input(first1, second1, last), b1 = input(first1, second1, last + 16)
    c1 = input(first1, second1, last + 32), d1 = input(first1, second1, last + 48)
  }
  if (n > 2) {
    a2 = input(first2, second2, last), b2 = input(first2, second2, last + 16)
    c2 = input(first2, second2, last + 32), d2 = input(first2, second2, last + 48)
  }

  const half = rowBytes >> 1
  for (let from: u32 = 0; from < rowBytes; from += 64) {
    // Blocks 0, 2, 4 … make the first half of the result, 1, 3, 5 … the second.
    const to = ((from >> 7) << 6) + (from & 64 ? half : 0)

    a0 = v128.xor(a0, input(first0, second0, from)), b0 = v128.xor(b0, input(first0, second0, from + 16))
    c0 = v128.xor(c0, input(first0, second0, from + 32)), d0 = v128.xor(d0, input(first0, second0, from + 48))
    keep(target0 + to, a0, b0, c0, d0)
    if (n > 1) {
      a1 = v128.xor(a1, input(first1, second1, from)), b1 = v128.xor(b1, input(first1, second1, from + 16))
      c1 = v128.xor(c1, input(first1, second1, from + 32)), d1 = v128.xor(d1, input(first1, second1, from + 48))
      keep(target1 + to, a1, b1, c1, d1)
    }
    if (n > 2) {
      a2 = v128.xor(a2, input(first2, second2, from)), b2 = v128.xor(b2, input(first2, second2, from + 16))
      c2 = v128.xor(c2, input(first2, second2, from + 32)), d2 = v128.xor(d2, input(first2, second2, from + 48))
      keep(target2 + to, a2, b2, c2, d2)
    }

    // Salsa20/8: four double rounds, over the columns and, with the diagonals turned, over the rows.
    for (let doubleRound = 0; doubleRound < 4; doubleRound++) {
      b0 = mixIn(b0, a0, d0, 7); if (n > 1) b1 = mixIn(b1, a1, d1, 7); if (n > 2) b2 = mixIn(b2, a2, d2, 7)
      c0 = mixIn(c0, b0, a0, 9); if (n > 1) c1 = mixIn(c1, b1, a1, 9); if (n > 2) c2 = mixIn(c2, b2, a2, 9)
      d0 = mixIn(d0, c0, b0, 13); if (n > 1) d1 = mixIn(d1, c1, b1, 13); if (n > 2) d2 = mixIn(d2, c2, b2, 13)
      a0 = mixIn(a0, d0, c0, 18); if (n > 1) a1 = mixIn(a1, d1, c1, 18); if (n > 2) a2 = mixIn(a2, d2, c2, 18)
      b0 = turnUp(b0), c0 = turnTwice(c0), d0 = turnDown(d0)
      if (n > 1) b1 = turnUp(b1), c1 = turnTwice(c1), d1 = turnDown(d1)
      if (n > 2) b2 = turnUp(b2), c2 = turnTwice(c2), d2 = turnDown(d2)
      d0 = mixIn(d0, a0, b0, 7); if (n > 1) d1 = mixIn(d1, a1, b1, 7); if (n > 2) d2 = mixIn(d2, a2, b2, 7)
      c0 = mixIn(c0, d0, a0, 9); if (n > 1) c1 = mixIn(c1, d1, a1, 9); if (n > 2) c2 = mixIn(c2, d2, a2, 9)
      b0 = mixIn(b0, c0, d0, 13); if (n > 1) b1 = mixIn(b1, c1, d1, 13); if (n > 2) b2 = mixIn(b2, c2, d2, 13)
      a0 = mixIn(a0, b0, c0, 18); if (n > 1) a1 = mixIn(a1, b1, c1, 18); if (n > 2) a2 = mixIn(a2, b2, c2, 18)
      b0 = turnDown(b0), c0 = turnTwice(c0), d0 = turnUp(d0)
      if (n > 1) b1 = turnDown(b1), c1 = turnTwice(c1), d1 = turnUp(d1)
      if (n > 2) b2 = turnDown(b2), c2 = turnTwice(c2), d2 = turnUp(d2)
    }

    a0 = i32x4.add(a0, v128.load(target0 + to)), b0 = i32x4.add(b0, v128.load(target0 + to + 16))
    c0 = i32x4.add(c0, v128.load(target0 + to + 32)), d0 = i32x4.add(d0, v128.load(target0 + to + 48))
    keep(target0 + to, a0, b0, c0, d0)
    if (n > 1) {
      a1 = i32x4.add(a1, v128.load(target1 + to)), b1 = i32x4.add(b1, v128.load(target1 + to + 16))
      c1 = i32x4.add(c1, v128.load(target1 + to + 32)), d1 = i32x4.add(d1, v128.load(target1 + to + 48))
      keep(target1 + to, a1, b1, c1, d1)
    }
    if (n > 2) {
      a2 = i32x4.add(a2, v128.load(target2 + to)), b2 = i32x4.add(b2, v128.load(target2 + to + 16))
      c2 = i32x4.add(c2, v128.load(target2 + to + 32)), d2 = i32x4.add(d2, v128.load(target2 + to + 48))
      keep(target2 + to, a2, b2, c2, d2)
    }
  }
}

// @ts-ignore
@inline
function input(first: u32, second: u32, at: u32): v128 {
  return v128.xor(v128.load(first + at), v128.load(second + at))
}

// @ts-ignore
@inline
function keep(target: u32, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(target, a)
  v128.store(target + 16, b)
  v128.store(target + 32, c)
  v128.store(target + 48, d)
}

/** x ^ ((y + z) <<< bits) in each of the four words. */
// @ts-ignore
@inline
function mixIn(x: v128, y: v128, z: v128, bits: i32): v128 {
  const sum = i32x4.add(y, z)
  return v128.xor(v128.xor(x, i32x4.shl(sum, bits)), i32x4.shr_u(sum, 32 - bits))
}

// @ts-ignore
@inline
function turnUp(x: v128): v128 {
  return v128.shuffle<i32>(x, x, 3, 0, 1, 2)
}

// @ts-ignore
@inline
function turnTwice(x: v128): v128 {
  return v128.shuffle<i32>(x, x, 2, 3, 0, 1)
}

// @ts-ignore
@inline
function turnDown(x: v128): v128 {
  return v128.shuffle<i32>(x, x, 1, 2, 3, 0)
}
