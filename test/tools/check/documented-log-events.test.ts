import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { LOG_EVENTS } from '../../../src/platform/runtime/log-events.ts'
import { readSourceFiles } from '../../../tools/check/source-files.ts'
import { inProject } from '../../../tools/project.ts'

const operations = await readFile(inProject('docs/operations.md'), 'utf8')
const section = operations.split('\n## Logs\n')[1]?.split('\n## ')[0] ?? ''

describe('docs/operations.md', () => {
  it('has a row for every event of the log, and for no other', () => {
    const told = [...section.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, event]) => event).filter((event) => event !== 'event')
    expect(told.toSorted()).toEqual([...LOG_EVENTS].toSorted())
  })

  it('tells of no event that nothing in src/ logs', async () => {
    const sources = (await readSourceFiles()).filter(({ path }) => !path.endsWith('/log-events.ts')).map(({ source }) => source)
    expect(LOG_EVENTS.filter((event) => !sources.some((source) => source.includes(`'${event}'`)))).toEqual([])
  })
})
