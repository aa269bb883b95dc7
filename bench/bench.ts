// `npm run bench`: one command, one table, everything in one run on one machine, so that ratios mean something. `--json` prints one
// object { machine, rows, ratios } instead, `--write` brings docs/performance.md up to date, `--quick` only shows that all of it runs.
import { parseArgs } from 'node:util'
import { FULL_PACE, QUICK_PACE } from './measure/pace.ts'
import { runBench } from './measure/run.ts'
import { writeDocument } from './report/document.ts'
import { renderTable } from './report/table.ts'

const USAGE = 'Usage: npm run bench -- [--json] [--write] [--quick]'

try {
  await bench(readOptions())
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function bench({ json, write, quick }: ReturnType<typeof readOptions>): Promise<void> {
  const findings = await runBench(quick ? QUICK_PACE : FULL_PACE, note)
  note('done\n')
  if (write) await writeDocument(findings)
  process.stdout.write(json ? `${JSON.stringify(findings, null, 2)}\n` : renderTable(findings))
}

function readOptions() {
  try {
    return parseArgs({ options: { json: { type: 'boolean' }, write: { type: 'boolean' }, quick: { type: 'boolean' } } }).values
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
  }
}

/** Standard output is for the findings alone. */
function note(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
}
