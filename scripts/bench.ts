// `npm run bench`: one command, one table, everything in one run on one machine, so that ratios mean something. `--json` prints one
// object { machine, rows, ratios } instead, `--write` brings docs/performance.md up to date, `--quick` only shows that all of it runs.
import { parseArgs } from 'node:util'
import { writeDocument } from './bench/document.ts'
import { FULL_PACE, QUICK_PACE } from './bench/pace.ts'
import { runBench } from './bench/run.ts'
import { renderTable } from './bench/table.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, write: { type: 'boolean' }, quick: { type: 'boolean' } },
})
// Standard output is for the findings alone.
const note = (text: string) => process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`)

const findings = await runBench(values.quick ? QUICK_PACE : FULL_PACE, note)
note('done\n')
if (values.write) await writeDocument(findings)
process.stdout.write(values.json ? `${JSON.stringify(findings, null, 2)}\n` : renderTable(findings))
