// What the tests of the core share: rows looked at past the core, and the shape of parallel bursts.
import { encodeBase64Url } from '../../src/platform/crypto/base64.ts'
import { BINDINGS, type Reply } from './harness.ts'

export const MINUTE = 60
export const HOUR = 3600
export const DAY = 86_400

export function times<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)))
}

/** How many replies had which status. */
export function tally(replies: readonly Reply[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

export async function rows<Row = Record<string, unknown>>(sql: string, ...values: unknown[]): Promise<Row[]> {
  const { results } = await BINDINGS.DB.prepare(sql)
    .bind(...values)
    .all()
  return results as Row[]
}

export async function countRows(table: string): Promise<number> {
  const [row] = await rows<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)
  return row?.n ?? 0
}

/** The link's token of every mail, as the mailbox lists them: newest first. */
export function tokensIn(mails: readonly { readonly text: string }[]): string[] {
  return mails.flatMap(({ text }) => /token=([0-9a-f]{64})/.exec(text)?.[1] ?? [])
}

/** The claims inside a token, unverified. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever a token says
export function claimsOf(token: string): any {
  return JSON.parse(decodePart(token.split('.')[1] ?? ''))
}

export function encodePart(value: unknown): string {
  return encodeBase64Url(new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)))
}

export function decodePart(part: string): string {
  const bytes = atob(part.replaceAll('-', '+').replaceAll('_', '/'))
  return new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)))
}
