// argon2id (RFC 9106) in PHC form. @noble/hashes has it whole, but gives way by the clock and takes memory of its own; here the
// fill is cut into counted slices over memory that is lent, around the BLAKE2b of that library. The tests hold it against theirs.

import { isEqual } from '../../crypto/equal-bytes.ts'
import type { Checkpoint } from '../checkpoint.ts'
import { WORDS } from './argon2-block.ts'
import { fill, SLICES, TYPE_ID } from './argon2-fill.ts'
import { parsePhc, readNumbers } from './phc.ts'
import type { StoredHash } from './stored-hash.ts'

interface Argon2idHash {
  /** In KiB, which is blocks. */
  readonly memory: number
  readonly passes: number
  readonly lanes: number
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

type Blake2b = (message: Uint8Array, options: { dkLen: number }) => Uint8Array

/** What hashing may have of an isolate. */
const MAX_MEMORY = 64 * 1024
/** Blocks over all passes: 64 MiB four times, PHP's default, which is two seconds of work. */
const MAX_WORK = 4 * MAX_MEMORY
const MAX_LANES = 16
/** Some 20 ms. */
const BLOCKS_PER_TURN = 2048

/** 1.0 and 1.3. The reference reads a string without one as 1.0, RustCrypto as 1.3: where it is missing both are tried. */
const VERSIONS = [0x10, 0x13] as const
type Version = (typeof VERSIONS)[number]

/** `argon2$argon2id$v=19…` */
const DJANGO_PREFIX = 'argon2'

/** `$argon2id$v=19$m=65536,t=3,p=4$salt$hash`, with Django's prefix or without. */
export function parseArgon2id(text: string): StoredHash | null {
  const phc = parsePhc(text.startsWith(`${DJANGO_PREFIX}$`) ? text.slice(DJANGO_PREFIX.length) : text)
  if (phc?.id !== 'argon2id') return null
  const versions = VERSIONS.filter((version) => phc.version === null || phc.version === version)
  const [memory, passes, lanes] = readNumbers(phc, ['m', 't', 'p']) ?? []
  const { salt, hash } = phc
  if (!memory || !passes || !lanes || versions.length === 0) return null
  if (salt.length < 8 || salt.length > 64 || hash.length < 16 || hash.length > 64) return null
  const isAffordable = memory <= MAX_MEMORY && memory * passes * versions.length <= MAX_WORK && lanes <= MAX_LANES
  if (!isAffordable || memory < 2 * SLICES * lanes) return null
  const stored = { memory, passes, lanes, salt, hash }
  return {
    input: 'text',
    check: async (input, { engine, checkpoint }) => {
      let isMatch = false
      for (const version of versions) {
        const made = await runArgon2id(input, stored, version, engine.lend(blocksOf(stored) * WORDS * 4), checkpoint)
        isMatch = isEqual(made, hash) || isMatch
      }
      return isMatch
    },
  }
}

/** @param memory of so many blocks; what was in it does not matter, and what is in it then is worth nothing */
async function runArgon2id(
  password: Uint8Array,
  stored: Argon2idHash,
  version: Version,
  memory: Uint32Array,
  checkpoint: Checkpoint,
): Promise<Uint8Array> {
  const { blake2b } = await import('../../crypto/noble.ts')
  const laneLength = blocksOf(stored) / stored.lanes
  const seed = initialHash(password, stored, version, blake2b)
  for (let lane = 0; lane < stored.lanes; lane += 1) {
    for (const column of [0, 1]) {
      const block = longHash(concat([seed, littleEndian(column, lane)]), WORDS * 4, blake2b)
      memory.set(new Uint32Array(block.buffer), (lane * laneLength + column) * WORDS)
    }
  }
  let filled = 0
  for (const _ of fill({ lanes: stored.lanes, passes: stored.passes, laneLength, isFresh: version === 0x10 }, memory)) {
    filled += 1
    if (filled % BLOCKS_PER_TURN === 0) await checkpoint()
  }
  return longHash(lastColumn(stored.lanes, laneLength, memory), stored.hash.length, blake2b)
}

/** m′: whole segments only (§3.2). */
function blocksOf({ memory, lanes }: Argon2idHash): number {
  return SLICES * lanes * Math.floor(memory / (SLICES * lanes))
}

/** H₀ (§3.2, step 1); no secret and no associated data. */
function initialHash(
  password: Uint8Array,
  { memory, passes, lanes, salt, hash }: Argon2idHash,
  version: Version,
  blake2b: Blake2b,
): Uint8Array {
  const parameters = littleEndian(lanes, hash.length, memory, passes, version, TYPE_ID)
  const parts = [parameters, littleEndian(password.length), password, littleEndian(salt.length), salt, littleEndian(0, 0)]
  return blake2b(concat(parts), { dkLen: 64 })
}

/** H′ (§3.3): BLAKE2b of any length. */
function longHash(input: Uint8Array, length: number, blake2b: Blake2b): Uint8Array<ArrayBuffer> {
  const message = concat([littleEndian(length), input])
  if (length <= 64) return Uint8Array.from(blake2b(message, { dkLen: length }))
  const parts: Uint8Array[] = []
  let digest = blake2b(message, { dkLen: 64 })
  let left = length
  for (; left > 64; left -= 32) {
    parts.push(digest.subarray(0, 32))
    digest = blake2b(digest, { dkLen: Math.min(64, left - 32) })
  }
  return concat([...parts, digest])
}

/** The last blocks of all lanes, added up (§3.2, step 7). */
function lastColumn(lanes: number, laneLength: number, memory: Uint32Array): Uint8Array {
  const words = new Uint32Array(WORDS)
  for (let lane = 1; lane <= lanes; lane += 1) {
    const at = (lane * laneLength - 1) * WORDS
    for (let index = 0; index < WORDS; index += 1) words[index] = (words[index] ?? 0) ^ (memory[at + index] ?? 0)
  }
  return new Uint8Array(words.buffer)
}

function littleEndian(...numbers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * numbers.length))
  for (const [index, number] of numbers.entries()) view.setUint32(4 * index, number, true)
  return new Uint8Array(view.buffer)
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
