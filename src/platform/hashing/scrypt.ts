// The engine behind password hashing: scrypt (RFC 7914). PBKDF2 by WebCrypto, the memory-hard ROMix by assembly/romix.ts. Works in
// slices, so that other requests are served between them, and in one memory, whatever is asked of it; so it is one caller's at a time.

import { Unavailable } from '../runtime/deadline.ts'
import type { Checkpoint } from './checkpoint.ts'

/** The base 2 logarithm of the cost parameter N, the block size r, the parallelization p. */
export interface ScryptParameters {
  readonly ln: number
  readonly r: number
  readonly p: number
}

/** What assembly/romix.ts exports. */
interface Romix {
  bytesFor(r: number, lanes: number, rows: number): number
  prepare(ln: number, r: number, lanes: number, rows: number): void
  blockOf(lane: number): number
  run(steps: number): number
}

interface Lanes {
  readonly ln: number
  readonly r: number
  readonly count: number
}

/** Half of what an isolate may have in all. */
export const HASH_MEMORY_BYTES = 64 * 1024 * 1024
const WASM_PAGE_BYTES = 64 * 1024
/** Of one hash, computed side by side. */
export const MAX_LANES = 3
/** WebCrypto derives at most 255 blocks of SHA-256 at once. */
const MAX_DERIVED_BYTES = 255 * 32
/** About 15 ms on a server's processor. In work and not in time, since clocks stand still while a Worker computes. */
const SLICE_WORK = 500_000

/** N·r·p, which the time one hash takes grows with. */
export function scryptCost({ ln, r, p }: ScryptParameters): number {
  return 2 ** ln * r * p
}

export class ScryptEngine {
  readonly #module: WebAssembly.Module
  readonly #maxBytes: number
  #instance: { readonly memory: WebAssembly.Memory; readonly romix: Romix } | null = null

  /** @param module compiled from assembly/romix.ts @param maxBytes what it may take of the isolate's memory: whole pages of 64 KiB */
  constructor(module: WebAssembly.Module, maxBytes: number = HASH_MEMORY_BYTES) {
    this.#module = module
    this.#maxBytes = maxBytes
  }

  /** How much memory it has now. */
  get memoryBytes(): number {
    return this.#instance?.memory.buffer.byteLength ?? 0
  }

  /**
   * @param keyLength in bytes
   * @throws RangeError for parameters that RFC 7914 §2 does not allow, Unavailable when the isolate has no memory left, and what
   *   `checkpoint` throws
   */
  async derive(
    password: Uint8Array,
    salt: Uint8Array,
    { ln, r, p }: ScryptParameters,
    keyLength: number,
    checkpoint: Checkpoint,
  ): Promise<Uint8Array> {
    if (ln < 1 || r < 1 || p < 1 || ln >= 16 * r) throw new RangeError('Cannot derive key: the scrypt parameters are not valid')
    const blockBytes = 128 * r
    const blocks = await pbkdf2(password, salt, p * blockBytes)
    for (let lane = 0; lane < p; lane += MAX_LANES) {
      const count = Math.min(MAX_LANES, p - lane)
      await this.#mix(blocks.subarray(lane * blockBytes, (lane + count) * blockBytes), { ln, r, count }, checkpoint)
    }
    return pbkdf2(password, blocks, keyLength)
  }

  /**
   * So many bytes of the memory, for another algorithm's use of it until the caller's next turn; whatever is in them.
   * @throws Unavailable when the isolate has no memory left
   */
  lend(bytes: number): Uint32Array {
    const { memory } = this.#instantiate()
    growTo(memory, bytes)
    return new Uint32Array(memory.buffer, 0, bytes / 4)
  }

  /** ROMix of each lane's block, in place. */
  async #mix(blocks: Uint8Array, { ln, r, count }: Lanes, checkpoint: Checkpoint): Promise<void> {
    await checkpoint()
    // Between two checkpoints nothing is awaited: nobody else can touch the memory meanwhile.
    const { memory, romix } = this.#instantiate()
    const room = this.#maxBytes - romix.bytesFor(r, count, 0)
    // Where not all rows have room, the engine computes the others again whenever they are asked for.
    const rows = Math.min(2 ** ln, Math.floor(room / (128 * r * count)))
    growTo(memory, romix.bytesFor(r, count, rows))
    romix.prepare(ln, r, count, rows)
    const blockOf = (lane: number) => new Uint8Array(memory.buffer, romix.blockOf(lane), 128 * r)
    for (let lane = 0; lane < count; lane += 1) blockOf(lane).set(blocks.subarray(lane * 128 * r, (lane + 1) * 128 * r))
    // A step of three lanes takes less than twice the time of one lane's.
    const steps = Math.max(1, Math.floor(SLICE_WORK / (r * (2 + count))))
    while (!romix.run(steps)) await checkpoint()
    for (let lane = 0; lane < count; lane += 1) blocks.set(blockOf(lane), lane * 128 * r)
  }

  #instantiate(): { readonly memory: WebAssembly.Memory; readonly romix: Romix } {
    if (this.#instance) return this.#instance
    const memory = new WebAssembly.Memory({ initial: 1, maximum: this.#maxBytes / WASM_PAGE_BYTES })
    const instance = new WebAssembly.Instance(this.#module, { env: { memory } })
    this.#instance = { memory, romix: instance.exports as unknown as Romix }
    return this.#instance
  }
}

function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / WASM_PAGE_BYTES)
  if (missing <= 0) return
  try {
    memory.grow(missing)
  } catch (cause) {
    throw new Unavailable('password hashing', { cause })
  }
}

/** PBKDF2-HMAC-SHA256 with one iteration, as scrypt begins and ends. */
async function pbkdf2(password: Uint8Array, salt: Uint8Array, length: number): Promise<Uint8Array> {
  if (length > MAX_DERIVED_BYTES) return pbkdf2ByBlocks(password, salt, length)
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
  const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: 1 }, key, length * 8)
  return new Uint8Array(bits)
}

/** Block i is HMAC(password, salt || i) where one iteration is all (RFC 8018 §5.2). Only p·r above 63 asks for so much. */
async function pbkdf2ByBlocks(password: Uint8Array, salt: Uint8Array, length: number): Promise<Uint8Array> {
  const { hmac, sha256 } = await import('../crypto/noble.ts')
  const begun = hmac.create(sha256, password).update(salt)
  const key = new Uint8Array(length)
  for (let at = 0; at < length; at += begun.outputLen) {
    const index = new Uint8Array(4)
    new DataView(index.buffer).setUint32(0, at / begun.outputLen + 1)
    key.set(
      begun
        .clone()
        .update(index)
        .digest()
        .subarray(0, length - at),
      at,
    )
  }
  return key
}
