// Brings docs/performance.md up to date with a run: the picture, and the figures between two marks. What is said around them is
// written by hand.
import { readFile, writeFile } from 'node:fs/promises'
import { inProject } from '../../tools/project.ts'
import { captureTool } from '../../tools/run-tool.ts'
import { type Findings, LIMITS } from './findings.ts'
import { renderPicture } from './picture.ts'

const DOCUMENT = 'docs/performance.md'
const PICTURE = 'docs/performance.svg'
const BEGIN = '<!-- figures: npm run bench -- --write -->'
const END = '<!-- end of figures -->'

export async function writeDocument(findings: Findings): Promise<void> {
  const path = inProject(DOCUMENT)
  await writeFile(inProject(PICTURE), renderPicture(findings))
  await writeFile(path, replaceFigures(await readFile(path, 'utf8'), renderFigures(findings)))
  const { code, stderr } = await captureTool('biome', ['format', '--write', DOCUMENT])
  if (code !== 0) throw new Error(`Cannot format ${DOCUMENT}: ${stderr}`)
}

/** @throws when the marks are not there */
export function replaceFigures(document: string, figures: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`Cannot write figures: ${DOCUMENT} has no place for them`)
  return `${document.slice(0, begin + BEGIN.length)}\n\n${figures}\n\n${document.slice(end)}`
}

/** As Markdown. */
export function renderFigures({ machine, rows, ratios }: Findings): string {
  const { cpu, cores, memoryGib, system, node, workerd, loadBefore, loadAfter, date } = machine
  const load = `load average ${loadBefore.toFixed(1)} before the run and ${loadAfter.toFixed(1)} after it`
  return [
    `Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGib} GiB, ${system}, Node ${node}, workerd ${workerd}; ${load}.`,
    table(
      ['hashing', 'parameters', 'fastest ms', 'median ms', 'CPU', 'slices'],
      rows.flatMap((row) =>
        row.kind === 'hash'
          ? [
              [
                row.name,
                `\`${row.parameters}\``,
                row.fastestMilliseconds.toFixed(1),
                row.milliseconds.toFixed(1),
                row.cpuMilliseconds?.toFixed(1) ?? '',
                String(row.slices || ''),
              ],
            ]
          : [],
      ),
    ),
    table(
      ['requests', 'at a time', 'req/s', 'p50', 'p95', 'p99', 'CPU'],
      rows.flatMap((row) => {
        if (row.kind !== 'load') return []
        const { name, concurrency, requestsPerSecond: rate, p50, p95, p99, cpuMilliseconds } = row
        const times = [p50, p95, p99].map((value) => value.toFixed(2))
        return [[name, String(concurrency), rate.toFixed(rate < 100 ? 1 : 0), ...times, cpuMilliseconds?.toFixed(2) ?? '']]
      }),
    ),
    table(
      ['store calls', 'calls', 'waits in a row', 'which'],
      rows.flatMap((row) =>
        row.kind === 'round trips' ? [[row.name, String(row.calls.length), String(row.waits), row.calls.join(', ')]] : [],
      ),
    ),
    table(
      ['ratio or size', 'measured', 'at most'],
      Object.entries(ratios).map(([name, value]) => [`\`${name}\``, String(value ?? ''), String(LIMITS[name] ?? '')]),
    ),
  ].join('\n\n')
}

function table(heads: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = heads.map((_, index) => (index === 0 ? '---' : '--:'))
  return [heads, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
