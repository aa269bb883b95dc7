// Chance, as an argument: what mints tokens, ids and salts is handed one of these, so that tests can know what comes out.

import { encodeHex } from './hex.ts'

export interface Random {
  bytes(length: number): Uint8Array<ArrayBuffer>
  /** A version 4 UUID (RFC 9562 §5.4). */
  uuid(): string
  /** Twice as many lower-case digits as bytes were asked for. */
  hex(byteLength: number): string
}

export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  uuid: () => crypto.randomUUID(),
  hex: (byteLength) => encodeHex(systemRandom.bytes(byteLength)),
}
