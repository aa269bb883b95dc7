// A run as a picture for people: bars for hashing, and for requests beside the floors they stand on.
import type { Findings, Row } from './findings.ts'

interface Bar {
  readonly label: string
  readonly value: number
  readonly kind: 'ours' | 'other'
}

interface Panel {
  readonly title: string
  readonly bars: readonly Bar[]
}

const WIDTH = 860
const MARGIN = 24
const LABEL_WIDTH = 330
const VALUE_WIDTH = 70
const BAR_HEIGHT = 18
const ROW_HEIGHT = 24
const TITLE_HEIGHT = 40
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 15px }
  .note { fill: #57606a; font-size: 12px }
  .ours { fill: #1f6feb }
  .other { fill: #afb8c1 }
`

/** @returns an SVG document */
export function renderPicture({ machine, rows }: Findings): string {
  const panels: readonly Panel[] = [
    { title: 'One password hash inside workerd, ms at the median', bars: hashBars(rows) },
    { title: 'One request at a time, ms at the median', bars: loadBars(rows) },
  ]
  let top = MARGIN
  const drawn = panels.map((panel) => {
    const at = top
    top += heightOf(panel) + MARGIN
    return drawPanel(panel, at)
  })
  const height = top + MARGIN
  const caption = `${machine.cpu}, ${machine.cores} cores, ${machine.system}, workerd ${machine.workerd}, ${machine.date}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>What Postern costs, measured by npm run bench</title>`,
    `<style>${STYLE}</style>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...drawn,
    text(MARGIN, height - MARGIN, caption, 'note'),
    '</svg>',
    '',
  ].join('\n')
}

function hashBars(rows: readonly Row[]): Bar[] {
  return rows.flatMap((row) =>
    row.kind === 'hash'
      ? [
          {
            label: `${row.name}, ${row.parameters}`,
            value: row.milliseconds,
            kind: row.name.startsWith('engine') ? 'ours' : 'other',
          },
        ]
      : [],
  )
}

/** Without the sign-ins that hash: beside them nothing else could be seen. */
function loadBars(rows: readonly Row[]): Bar[] {
  return rows.flatMap((row) => {
    if (row.kind !== 'load' || row.concurrency !== 1 || row.p50 > 50) return []
    return [{ label: row.name, value: row.p50, kind: row.name.startsWith('floor') ? 'other' : 'ours' }]
  })
}

function heightOf({ bars }: Panel): number {
  return TITLE_HEIGHT + bars.length * ROW_HEIGHT
}

function drawPanel({ title, bars }: Panel, top: number): string {
  const longest = Math.max(...bars.map(({ value }) => value))
  const room = WIDTH - 2 * MARGIN - LABEL_WIDTH - VALUE_WIDTH
  const drawn = bars.map(({ label, value, kind }, index) => {
    const y = top + TITLE_HEIGHT + index * ROW_HEIGHT
    const width = Math.max(1, (value / longest) * room)
    const x = MARGIN + LABEL_WIDTH
    return [
      text(MARGIN, y + 13, label),
      `<rect class="${kind}" x="${x}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
      text(x + width + 8, y + 13, value.toFixed(value < 10 ? 2 : 0)),
    ].join('\n')
  })
  return [text(MARGIN, top + 16, title, 'title'), ...drawn].join('\n')
}

function text(x: number, y: number, content: string, kind = ''): string {
  const escaped = content.replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${kind && ` class="${kind}"`}>${escaped}</text>`
}
