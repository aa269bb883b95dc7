// What the client package adds to verifying a token at `token` freshness, over a bare jose loop in the same worker.
import { Agent } from 'node:http'
import { median } from '../report/findings.ts'
import { bearer } from './people.ts'
import { fire, get } from './shots.ts'
import type { World } from './worlds.ts'

const TOKENS_A_TURN = 300

/** Median over turns that take each other's place, so that a busy moment hits both. */
export async function measureVerifier({ callerUrl }: World, token: string, turns: number): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  const time = async (path: string) => {
    const startedAt = performance.now()
    await fire(agent, get(callerUrl, `${path}?times=${TOKENS_A_TURN}`, bearer(token)))
    return performance.now() - startedAt
  }
  const ratios: number[] = []
  for (let turn = 0; turn <= turns; turn += 1) {
    const bare = await time('/jose')
    const ratio = (await time('/authenticate-token')) / bare
    if (turn > 0) ratios.push(ratio)
  }
  agent.destroy()
  return median(ratios)
}
