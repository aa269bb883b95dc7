// A run as text, for a terminal.
import { type Findings, LIMITS, type Row } from './findings.ts'

const NAME_WIDTH = 48
const CELL_WIDTH = 11

export function renderTable({ machine, rows, ratios }: Findings): string {
  const { cpu, cores, memoryGib, system, node, workerd, loadBefore, loadAfter } = machine
  return [
    `${cpu}, ${cores} cores, ${memoryGib} GiB, ${system}; Node ${node}, workerd ${workerd}; load ${loadBefore.toFixed(1)} to ${loadAfter.toFixed(1)}`,
    section('hashing, milliseconds inside workerd', ['fastest', 'median', 'CPU', 'slices'], rows, (row) =>
      row.kind === 'hash'
        ? [`${row.name}, ${row.parameters}`, [fixed(row.fastestMilliseconds), fixed(row.milliseconds), cpuCell(row), row.slices]]
        : null,
    ),
    section('requests, milliseconds', ['clients', 'req/s', 'p50', 'p95', 'p99', 'CPU'], rows, (row) =>
      row.kind === 'load' ? [row.name, loadCells(row)] : null,
    ),
    section('store calls, counted', ['calls', 'in a row'], rows, (row) =>
      row.kind === 'round trips' ? [row.name, [row.calls.length, row.waits, row.calls.join(' ')]] : null,
    ),
    ['ratios and sizes'.padEnd(NAME_WIDTH), cells(['', 'at most'])].join(''),
    ...Object.entries(ratios).map(([name, value]) => line(name, [value === null ? 'n/a' : value, LIMITS[name] ?? ''])),
    '',
  ].join('\n')
}

function section(
  title: string,
  heads: readonly string[],
  rows: readonly Row[],
  select: (row: Row) => [name: string, figures: readonly (string | number)[]] | null,
): string {
  const lines = rows.flatMap((row) => {
    const selected = select(row)
    return selected ? [line(...selected)] : []
  })
  return ['', title.padEnd(NAME_WIDTH) + cells(heads), ...lines, ''].join('\n')
}

function loadCells(row: Extract<Row, { kind: 'load' }>): readonly (string | number)[] {
  const { concurrency, requestsPerSecond, p50, p95, p99, cpuMilliseconds } = row
  const rate = requestsPerSecond < 100 ? fixed(requestsPerSecond, 1) : Math.round(requestsPerSecond)
  return [concurrency, rate, fixed(p50), fixed(p95), fixed(p99), cpuCell({ cpuMilliseconds })]
}

function cpuCell({ cpuMilliseconds }: { readonly cpuMilliseconds: number | null }): string {
  return cpuMilliseconds === null ? 'n/a' : fixed(cpuMilliseconds)
}

function line(name: string, figures: readonly (string | number)[]): string {
  return (name.padEnd(NAME_WIDTH) + cells(figures)).trimEnd()
}

function cells(figures: readonly (string | number)[]): string {
  return figures.map((figure) => ` ${String(figure).padStart(CELL_WIDTH - 1)}`).join('')
}

function fixed(value: number, digits = 2): string {
  return value.toFixed(digits)
}
