// One-time tokens: 256 random bits as hex. Stores see their SHA-256 only.
import { encodeHex } from '../../platform/crypto/hex.ts'
import type { Random } from '../../platform/crypto/random.ts'

const TOKEN = /^[0-9a-f]{64}$/

export async function createOneTimeToken(random: Random): Promise<{ token: string; hash: string }> {
  const token = random.hex(32)
  return { token, hash: await digest(token) }
}

/** @returns what the store knows the token by, or `null` for text that cannot be one */
export async function hashOneTimeToken(token: string): Promise<string | null> {
  return TOKEN.test(token) ? digest(token) : null
}

async function digest(token: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  return encodeHex(new Uint8Array(bytes))
}
