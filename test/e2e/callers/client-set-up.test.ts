// What a worker is told that is bound to something else than an entrypoint of Postern: with the runtime's own bindings, whose errors
// are what a fault of the set-up is known by.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleWorker, COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../../../bench/measure/modules.ts'
import { inProject } from '../../../tools/project.ts'
import { makeTemporaryDirectory } from '../../support/e2e/checkout.ts'

const COMPATIBILITY = { compatibilityDate: COMPATIBILITY_DATE, compatibilityFlags: COMPATIBILITY_FLAGS }

/** Asks each binding twice at each freshness that asks, and tells what it answered and what went into the log. */
const PROBE = `
import { createVerifier } from ${JSON.stringify(inProject('src/client/verifier.ts'))}
export default { async fetch(request, env) {
  const name = new URL(request.url).pathname.slice(1)
  const lines = []
  const codes = []
  for (let turn = 0; turn < 2; turn += 1)
    for (const freshness of ['strict', 'edge']) {
      const answer = await createVerifier(env[name], { log: (line) => lines.push(line) }).authenticate('a.b.c', { freshness })
      codes.push(answer.ok ? 'passed' : answer.code)
    }
  return Response.json({ codes, lines })
} }`

const PLAIN = `
import { WorkerEntrypoint } from 'cloudflare:workers'
export default { fetch() { return new Response('a worker that serves HTTP') } }
export class Greeter extends WorkerEntrypoint { authenticate() { return 'hello' } }
export class Crashing extends WorkerEntrypoint { authenticate() { throw new Error('out of order') } }
`

let miniflare: Miniflare

beforeAll(async () => {
  const directory = await makeTemporaryDirectory()
  const main = join(directory, 'probe.ts')
  await writeFile(main, PROBE)
  const modules = (await bundleWorker(directory, 'probe', main)).map((module) => ({ ...module }))
  const serviceBindings = {
    NO_ENTRYPOINT: 'plain',
    ANOTHER_WORKER: { name: 'plain', entrypoint: 'Greeter' },
    CRASHING: { name: 'plain', entrypoint: 'Crashing' },
  }
  const probe = { ...COMPATIBILITY, name: 'probe', modules, serviceBindings, kvNamespaces: ['KV'] }
  const plain = { ...COMPATIBILITY, name: 'plain', modules: true, script: PLAIN }
  miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [probe, plain] }))
})
afterAll(() => miniflare?.dispose())

async function ask(binding: string): Promise<unknown> {
  return (await miniflare.dispatchFetch(`http://probe.local/${binding}`)).json()
}

const OUTAGES = Array.from({ length: 4 }, () => 'unavailable')

describe('a verifier of', () => {
  it.each([
    ['a binding without an entrypoint', 'NO_ENTRYPOINT'],
    ['a worker that is not Postern', 'ANOTHER_WORKER'],
    ['a binding that is no service', 'KV'],
  ])('%s answers unavailable, and says once what to change', async (_, binding) => {
    const cure = expect.stringMatching(/^Postern is not set up right.*service = "postern" and entrypoint = "TokenVerifier"/)
    expect(await ask(binding)).toEqual({ codes: OUTAGES, lines: [cure] })
  })

  it('a worker that crashes answers unavailable, and says that it is an outage', async () => {
    expect(await ask('CRASHING')).toEqual({ codes: OUTAGES, lines: ['Cannot ask Postern: out of order'] })
  })
})
