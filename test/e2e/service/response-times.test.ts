// What an attacker with a stopwatch learns of who has an account: nothing. Pairs of requests, one for an account and one for nobody,
// are timed one after the other, in turns; noise makes either the slower one as often.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atOnce, loadHasher } from '../../../bench/local-hasher.ts'
import { type Server, startServer } from '../../support/e2e/server.ts'

const PASSWORD = 'correct horse battery'
const TODAY = { ln: 15, r: 8, p: 3 }
/** As before somebody raised them. */
const BEFORE = { ln: 14, r: 8, p: 1 }
/** For what a reply defers, so that it is no part of the next one. */
const PAUSE_MILLISECONDS = 80
/** Of a share that is one half: four standard deviations are crossed by chance once in sixteen thousand runs. */
const DEVIATIONS = 4

let server: Server
let client = 0

beforeAll(async () => {
  server = await startServer()
  const hasher = await loadHasher()
  const lines = await Promise.all(
    Object.entries({ 'today@example.com': TODAY, 'before@example.com': BEFORE }).map(async ([email, parameters]) => {
      const hash = await hasher.hash(PASSWORD, parameters, crypto.getRandomValues(new Uint8Array(16)), atOnce)
      return JSON.stringify({ email, hash, verified: true })
    }),
  )
  const file = join(server.checkout.root, 'users.jsonl')
  await writeFile(file, `${lines.join('\n')}\n`)
  await server.user('import', file)
})
afterAll(() => server?.stop())

/** Milliseconds until the reply. Each request comes from an address of its own, so that no limit is what is measured. */
async function time(path: string, body: object): Promise<number> {
  client += 1
  const headers = { 'Content-Type': 'application/json', 'CF-Connecting-IP': `198.18.${client >> 8}.${client & 255}` }
  const start = performance.now()
  const reply = await fetch(`${server.url}/api/v1/auth${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  await reply.text()
  const taken = performance.now() - start
  await sleep(PAUSE_MILLISECONDS)
  return taken
}

/** In which share of the pairs the first takes longer. */
async function shareOfSlower(pairs: number, first: () => Promise<number>, second: () => Promise<number>): Promise<number> {
  let slower = 0
  for (let pair = 0; pair < pairs; pair += 1) {
    const isFirst = pair % 2 === 0
    const a = await (isFirst ? first() : second())
    const b = await (isFirst ? second() : first())
    if ((isFirst ? a : b) > (isFirst ? b : a)) slower += 1
  }
  return slower / pairs
}

function expectChance(share: number, pairs: number): void {
  const deviation = 0.5 / Math.sqrt(pairs)
  expect(Math.abs(share - 0.5), `the account is the slower one in ${share * 100} % of the pairs`).toBeLessThan(
    DEVIATIONS * deviation,
  )
}

const nobody = () => `nobody-${client}@example.com`

describe('the time of a reply', () => {
  it.each(['/forgot-password', '/resend-verification'])(
    '%s does not tell whether an address has an account',
    async (path) => {
      const pairs = 100
      await Promise.all([time(path, { email: nobody() }), time(path, { email: 'today@example.com' })])
      const share = await shareOfSlower(
        pairs,
        () => time(path, { email: 'today@example.com' }),
        () => time(path, { email: nobody() }),
      )
      expectChance(share, pairs)
    },
    60_000,
  )

  it.each(['today@example.com', 'before@example.com'])(
    'of a wrong password for %s, hashed by parameters of today and of before, is that for nobody',
    async (email) => {
      const pairs = 24
      const share = await shareOfSlower(
        pairs,
        () => time('/login', { email, password: 'wrong password' }),
        () => time('/login', { email: nobody(), password: 'wrong password' }),
      )
      expectChance(share, pairs)
    },
    60_000,
  )
})
