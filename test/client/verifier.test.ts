import { describe, expect, it } from 'vitest'
import type { TokenVerifierBinding } from '../../src/client/bindings.ts'
import { createVerifier } from '../../src/client/verifier.ts'

async function ask(error: Error): Promise<readonly string[]> {
  const lines: string[] = []
  const binding = { authenticate: () => Promise.reject(error) } as unknown as TokenVerifierBinding
  const verifier = createVerifier(binding, { log: (line) => lines.push(line) })
  for (let count = 0; count < 2; count += 1) {
    expect(await verifier.authenticate('a.b.c', { freshness: 'strict' })).toMatchObject({ ok: false, code: 'unavailable' })
  }
  return lines
}

describe('what a program is told that cannot ask Postern', () => {
  it('names the cure where another worker is bound, which has no such entrypoint', async () => {
    const lines = await ask(new Error('Worker does not export an entrypoint named "TokenVerifier"'))
    expect(lines).toEqual([expect.stringMatching(/is not set up right.*service = "postern".*entrypoint named "TokenVerifier"/)])
  })

  it('names it once, however many methods the other worker lacks', async () => {
    const lines: string[] = []
    const lacks = (method: string) => () =>
      Promise.reject(new TypeError(`The RPC receiver does not implement the method "${method}".`))
    const binding = { authenticate: lacks('authenticate'), jwks: lacks('jwks') } as unknown as TokenVerifierBinding
    const verifier = createVerifier(binding, { log: (line) => lines.push(line) })
    const byKey = `${btoa('{"alg":"ES256","typ":"at+jwt","kid":"any"}').replace(/=+$/, '')}.e30.AAAA`
    for (const freshness of ['strict', 'token', 'edge'] as const)
      expect(await verifier.authenticate(byKey, { freshness })).toMatchObject({ ok: false, code: 'unavailable' })
    expect(lines).toEqual([expect.stringContaining('does not implement the method "authenticate"')])
  })

  it.each(['Network connection lost.', 'internal error; reference = 7ed2hvspm3i3a09btb6o4oi5'])(
    'names the cure where an older wrangler connects and then loses each call: %s',
    async (message) => {
      expect(await ask(new Error(message))).toEqual([
        `Cannot ask Postern: ${message} (in local development, give this worker a wrangler as new as Postern has, on Node 22 or later)`,
      ])
    },
  )

  it('names what an outage came from', async () => {
    const lines = await ask(new Error('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:9') }))
    expect(lines).toEqual(['Cannot ask Postern: fetch failed (connect ECONNREFUSED 127.0.0.1:9)'])
  })
})
