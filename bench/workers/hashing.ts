// A worker that hashes as it is told, so that implementations are compared where they run: inside workerd.
import { scrypt as nodeScrypt } from 'node:crypto'
import { scrypt as nobleScrypt } from '@noble/hashes/scrypt.js'
import { encodeHex } from '../../src/platform/crypto/hex.ts'
import type { Checkpoint } from '../../src/platform/hashing/checkpoint.ts'
import { HashQueue } from '../../src/platform/hashing/hash-queue.ts'
import romix from '../../src/platform/hashing/romix.wasm'
import { ScryptEngine, type ScryptParameters } from '../../src/platform/hashing/scrypt.ts'

export type HashImplementation = 'engine' | 'node' | 'noble'

export interface HashReport {
  /** In hex: implementations that disagree are not worth comparing. */
  readonly key: string
  /** How often other requests had their turn meanwhile, or would have had it. */
  readonly slices: number
  /** What the engine has now. */
  readonly memoryBytes: number
}

type Derive = (parameters: ScryptParameters, keyBytes: number, checkpoint: Checkpoint) => Promise<Uint8Array>

const PASSWORD = new TextEncoder().encode('correct horse battery staple')
const SALT = new TextEncoder().encode('sixteen bytes of')
const MAX_MEMORY_BYTES = 1024 ** 3

let engine = new ScryptEngine(romix)
const queue = new HashQueue({
  limit: 1,
  leaseMilliseconds: 60_000,
  now: Date.now,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
})

const IMPLEMENTATIONS: Readonly<Record<HashImplementation, Derive>> = {
  engine: (parameters, keyBytes, checkpoint) => engine.derive(PASSWORD, SALT, parameters, keyBytes, checkpoint),
  node: ({ ln, r, p }, keyBytes) =>
    new Promise((resolve, reject) => {
      nodeScrypt(PASSWORD, SALT, keyBytes, { N: 2 ** ln, r, p, maxmem: MAX_MEMORY_BYTES }, (error, key) =>
        error ? reject(error) : resolve(key),
      )
    }),
  noble: async ({ ln, r, p }, keyBytes) =>
    nobleScrypt(PASSWORD, SALT, { N: 2 ** ln, r, p, dkLen: keyBytes, maxmem: MAX_MEMORY_BYTES }),
}

export default {
  async fetch(request: Request): Promise<Response> {
    const asked = new URL(request.url).searchParams
    const number = (name: string) => Number(asked.get(name))
    const derive = IMPLEMENTATIONS[asked.get('by') as HashImplementation]
    const turn = queue.enter()
    if (!turn) return new Response('One at a time', { status: 503 })
    if (asked.has('afresh')) engine = new ScryptEngine(romix)
    let slices = 0
    const checkpoint = async () => {
      slices += 1
      if (asked.has('pauses')) await turn.checkpoint()
    }
    try {
      const parameters = { ln: number('ln'), r: number('r'), p: number('p') }
      const key = encodeHex(new Uint8Array(await derive(parameters, number('key_bytes'), checkpoint)))
      return Response.json({ key, slices, memoryBytes: engine.memoryBytes } satisfies HashReport)
    } finally {
      turn.leave()
    }
  },
}
