import { describe, expect, it } from 'vitest'
import { QUICK_PACE } from '../../bench/measure/pace.ts'
import { countWaits } from '../../bench/measure/round-trips.ts'
import { runBench } from '../../bench/measure/run.ts'
import { renderFigures, replaceFigures } from '../../bench/report/document.ts'
import { renderPicture } from '../../bench/report/picture.ts'
import { renderTable } from '../../bench/report/table.ts'
import { meetsAsvs, meetsOwasp, recommend, SETTINGS } from '../../cli/hash-cost/settings.ts'

describe('npm run bench', () => {
  it('measures everything in one run, and shows it as numbers, as a table and as a picture', async () => {
    // Start-up is left out: profiling it takes longer than all the rest at this pace.
    const findings = await runBench({ ...QUICK_PACE, startUpTurns: 0 }, () => {})
    const { machine, rows, ratios } = JSON.parse(JSON.stringify(findings)) as typeof findings

    expect(machine).toMatchObject({ cores: expect.any(Number), node: process.version })
    const { startup_over_empty_ms: startUp, ...others } = ratios
    expect(startUp).toBeNull()
    for (const name of ['engine_over_node_crypto', 'engine_over_noble', 'me_strict_over_its_floors', 'bundle_gzip_kib'])
      expect(others[name]).toBeGreaterThan(0)

    const load = rows.filter((row) => row.kind === 'load')
    for (const name of ['floor: empty Hono worker', 'GET /me, strict', 'POST /refresh', 'POST /login', 'RPC verifyToken'])
      expect(load.filter((row) => row.name === name).map((row) => row.concurrency)).toEqual(QUICK_PACE.concurrencies)
    expect(load.every(({ requestsPerSecond, p50, p95, p99 }) => requestsPerSecond > 0 && p50 <= p95 && p95 <= p99)).toBe(true)
    expect(rows.filter((row) => row.kind === 'hash')).toHaveLength(12)
    expect(rows).toContainEqual({ kind: 'round trips', name: 'GET /me, strict', calls: ['D1', 'ledger'], waits: 1 })
    expect(rows).toContainEqual({ kind: 'round trips', name: 'client authenticate, token', calls: [], waits: 0 })

    expect(renderTable(findings)).toContain('engine_over_node_crypto')
    expect(renderFigures(findings)).toContain('| `engine_over_noble` |')
    expect(openElements(renderPicture(findings))).toEqual([])
  })

  it('counts calls side by side as one wait, and calls that wait for others as more', () => {
    const span = (start: number, end: number) => ({ store: 'D1', start, end })
    expect(countWaits([])).toBe(0)
    expect(countWaits([span(0, 2), span(1, 3)])).toBe(1)
    expect(countWaits([span(0, 2), span(1, 3), span(4, 5)])).toBe(2)
  })

  it('replaces the figures of a document and nothing else of it', () => {
    const marks = ['<!-- figures: npm run bench -- --write -->', '<!-- end of figures -->']
    expect(replaceFigures(`before\n${marks.join('\nold\n')}\nafter\n`, 'new')).toBe(`before\n${marks.join('\n\nnew\n\n')}\nafter\n`)
    expect(() => replaceFigures('no marks', 'new')).toThrow('has no place for them')
  })
})

describe('npm run hash-cost', () => {
  const measured = (millisecondsOf: (work: number) => number) =>
    SETTINGS.map((parameters) => {
      const work = 2 ** parameters.ln * parameters.r * parameters.p
      return { parameters, milliseconds: millisecondsOf(work / 2 ** 20), slices: 1, memoryBytes: 1 }
    })

  it('knows the lists of OWASP and of ASVS', () => {
    const both = [
      { ln: 17, r: 8, p: 1 },
      { ln: 16, r: 8, p: 2 },
      { ln: 15, r: 8, p: 3 },
    ]
    expect(both.every(meetsOwasp) && both.every(meetsAsvs)).toBe(true)
    expect([meetsOwasp({ ln: 14, r: 8, p: 5 }), meetsAsvs({ ln: 14, r: 8, p: 5 })]).toEqual([true, false])
    expect([meetsOwasp({ ln: 16, r: 8, p: 1 }), meetsAsvs({ ln: 16, r: 8, p: 1 })]).toEqual([false, false])
  })

  it('recommends the most work that fits the time, and of the same work the one that needs more memory', () => {
    expect(
      recommend(
        measured((work) => work * 100),
        100,
      ),
    ).toEqual({ ln: 17, r: 8, p: 1 })
    expect(
      recommend(
        measured((work) => work * 100),
        1000,
      ),
    ).toEqual({ ln: 17, r: 8, p: 2 })
  })

  it('recommends nothing weaker than the default, however slow the machine', () => {
    expect(
      recommend(
        measured((work) => work * 10_000),
        250,
      ),
    ).toEqual({ ln: 15, r: 8, p: 3 })
  })
})

/** The elements of an XML text that are still open at its end, or that are closed where they are not open. */
function openElements(xml: string): readonly string[] {
  const open: string[] = []
  for (const [, closing, name = '', selfClosing] of xml.matchAll(/<(\/?)([a-z]+)(?:\s[\w:]+="[^"<]*"|\s[\w:]+)*\s*(\/?)>/gi)) {
    if (closing && open.at(-1) !== name) return [...open, `/${name}`]
    if (closing) open.pop()
    else if (!selfClosing) open.push(name)
  }
  return /<(?!\/?[a-z]+[^<>]*>)|&(?!#\d+;)/i.test(xml) ? [...open, 'a loose sign'] : open
}
