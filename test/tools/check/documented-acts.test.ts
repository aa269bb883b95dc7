import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { AUDIT_ACTS, AUDIT_OUTCOMES } from '../../../src/stores/audit/audit-event.ts'
import { inProject } from '../../../tools/project.ts'

const storage = await readFile(inProject('docs/storage.md'), 'utf8')
const section = storage.split('### `audit_events`')[1]?.split('\n### ')[0] ?? ''

describe('docs/storage.md', () => {
  it.each([...AUDIT_ACTS, ...AUDIT_OUTCOMES])('tells of the act or outcome %s', (word) => {
    expect(section).toContain(`\`${word}\``)
  })

  it('tells of no act that is not recorded', () => {
    const table = section.split('| `what`  ').at(-1) ?? ''
    const first = [...table.matchAll(/^\| ((?:`\w+`(?:, )?)+) +\|/gm)].flatMap(([, names = '']) =>
      names.replaceAll('`', '').split(', '),
    )
    expect(first.toSorted()).toEqual([...AUDIT_ACTS].toSorted())
  })
})
