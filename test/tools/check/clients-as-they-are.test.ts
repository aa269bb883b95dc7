// README's table of clients names tests that exist, a real server in each line, and every setting that the conformance suites try; and
// whatever breaks that is noticed.
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { findTestNames } from '../../../tools/check/security/test-names.ts'
import { inProject } from '../../../tools/project.ts'
import { COLUMNS } from '../../suites/conformance/settings.ts'

const SECTION = /^## Clients as they are$([\s\S]*?)^## /m
const ROW = /^\| document (\d{3}) +\|(.*)\|(.*)\|(.*)\|$/gm
const LINK = /\[([^\]]+)\]\(([^)\s]+)\)/g
const VARIABLE = /`([A-Z][A-Z_]+)(?:=\w+)?`/g
const DOCUMENTS = ['000', '001', '002', '003', '004']
/** What clients call it themselves. */
const THEIR_OWN = new Set(['JWT_SECRET'])
const SETTINGS = new Set(Object.values(COLUMNS).flatMap((vars) => Object.keys(vars)))

type ReadFile = (path: string) => Promise<string | null>

/** What is wrong with the table; nothing for one that is in order. */
async function findTableProblems(readme: string, settings: ReadonlySet<string>, read: ReadFile): Promise<readonly string[]> {
  const rows = [...(SECTION.exec(readme)?.[1] ?? '').matchAll(ROW)]
  const of = new Set(rows.map(([, document]) => document))
  const named = new Set(rows.flatMap(([, , , set = '']) => [...set.matchAll(VARIABLE)].flatMap(([, name = '']) => name)))
  const problems = await Promise.all(rows.map(([, document, , , shownBy = '']) => findRowProblems(String(document), shownBy, read)))
  return [
    ...DOCUMENTS.filter((document) => !of.has(document)).map((document) => `document ${document} is missing`),
    ...[...named].filter((name) => !settings.has(name) && !THEIR_OWN.has(name)).map((name) => `no conformance suite tries ${name}`),
    ...[...settings].filter((name) => !named.has(name)).map((name) => `${name} is missing`),
    ...problems.flat(),
  ]
}

async function findRowProblems(document: string, shownBy: string, read: ReadFile): Promise<readonly string[]> {
  const links = [...shownBy.matchAll(LINK)].map(([, name = '', path = '']) => ({ name, path }))
  const isRun = links.some(({ path }) => path.startsWith('test/e2e/'))
  const missing = links.map(async ({ name, path }) => {
    const source = await read(path)
    if (source === null) return `there is no ${path}`
    return findTestNames(source).has(name) ? [] : `${path} has no test of the name "${name}"`
  })
  return [...(isRun ? [] : [`a line of document ${document} is shown by no real server`]), ...(await Promise.all(missing)).flat()]
}

describe('README.md, "Clients as they are"', () => {
  it('has lines for every document, each with tests that exist, and names every setting for clients', async () => {
    const readme = await readFile(inProject('README.md'), 'utf8')
    const read = (path: string) => readFile(inProject(path), 'utf8').catch(() => null)
    expect(await findTableProblems(readme, SETTINGS, read)).toEqual([])
  })
})

describe('a table', () => {
  const LINE =
    '| document 00N | does it | `A_SETTING=on` to their `JWT_SECRET` | [does it](test/e2e/a.test.ts)<br>[always](test/b.test.ts) |'
  const WHOLE = DOCUMENTS.map((document) => LINE.replace('00N', document))
  const FILES: Readonly<Record<string, string>> = {
    'test/e2e/a.test.ts': "it('does it', () => {})",
    'test/b.test.ts': "it('always', () => {})",
  }
  const judge = (lines: readonly string[]) => {
    const readme = `## Clients as they are\n\n${lines.join('\n')}\n\n## Next\n`
    return findTableProblems(readme, new Set(['A_SETTING']), async (path) => FILES[path] ?? null)
  }
  const change = (found: string, replacement: string) => WHOLE.map((line) => line.replace(found, replacement))

  it('in order has no problems', async () => {
    expect(await judge(WHOLE)).toEqual([])
  })

  it.each([
    ['a document is missing', WHOLE.slice(1), 'document 000 is missing'],
    ['a setting is missing', change('`A_SETTING=on` to their ', ''), 'A_SETTING is missing'],
    ['nothing tries a setting', change('`JWT_SECRET`', '`B_SETTING`'), 'no conformance suite tries B_SETTING'],
    ['a test does not exist', change('[always]', '[never]'), 'no test of the name "never"'],
    ['a file does not exist', change('test/b.test.ts', 'test/c.test.ts'), 'there is no test/c.test.ts'],
    [
      'no real server shows it',
      change('[does it](test/e2e/a.test.ts)<br>', ''),
      'a line of document 000 is shown by no real server',
    ],
    ['nothing shows it', change('[does it](test/e2e/a.test.ts)<br>[always](test/b.test.ts)', ''), 'shown by no real server'],
  ])('is refused where %s', async (_, lines, problem) => {
    expect((await judge(lines)).join('\n')).toContain(problem)
  })
})
