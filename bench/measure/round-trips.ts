// How often an operation asks a store, counted: by the service with a watcher between it and its stores.
import { Agent } from 'node:http'
import type { TripsRow } from '../report/findings.ts'
import type { Span } from '../workers/watched.ts'
import { SIGN_IN } from './endpoints.ts'
import { bearer, type People } from './people.ts'
import { fire, get, type Shot } from './shots.ts'
import type { World } from './worlds.ts'

/** @param world of the watched service, with a caller @param people who live there */
export async function countRoundTrips(world: World, people: People): Promise<TripsRow[]> {
  const { url, callerUrl } = world
  const agent = new Agent({ keepAlive: true })
  const token = people.tokenOf(0)
  const me = (freshness: string): Shot => {
    const shot = people.me(0)
    return { ...shot, headers: { ...shot.headers, 'X-Freshness': freshness } }
  }
  const operations: readonly (readonly [name: string, shot: Shot])[] = [
    [SIGN_IN, people.signIn()],
    ['POST /login, wrong password', people.mistype()],
    ['GET /me, strict', me('strict')],
    ['GET /me, edge', me('edge')],
    ['GET /me, token', me('token')],
    ['POST /refresh', people.refresh(0)],
    ['RPC verifyToken', get(callerUrl, '/verify-token', bearer(token))],
    ['RPC authenticate, strict', get(callerUrl, '/authenticate-strict', bearer(token))],
    ['RPC authenticate, edge', get(callerUrl, '/authenticate-edge', bearer(token))],
    ['client authenticate, token', get(callerUrl, '/authenticate-token', bearer(token))],
  ]
  const rows: TripsRow[] = []
  for (const [name, shot] of operations) {
    // Once for what is fetched once, keys above all.
    if (shot.method === 'GET') await fire(agent, shot)
    await fire(agent, get(url, '/spans'))
    await fire(agent, shot)
    const spans: Span[] = JSON.parse(await fire(agent, get(url, '/spans')))
    rows.push({ kind: 'round trips', name, calls: spans.map(({ store }) => store).sort(), waits: countWaits(spans) })
  }
  agent.destroy()
  return rows
}

/** The longest chain of calls each of which began after the one before had ended. */
export function countWaits(spans: readonly Span[]): number {
  const depths = new Map<Span, number>()
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const before = spans.filter((other) => other.end < span.start).map((other) => depths.get(other) ?? 0)
    depths.set(span, 1 + Math.max(0, ...before))
  }
  return Math.max(0, ...depths.values())
}
