// docs/security-requirements.md names tests that exist and leaves no requirement out; and whatever breaks that is noticed.
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { findPageProblems } from '../../../tools/check/security/page.ts'
import { REQUIREMENTS } from '../../../tools/check/security/requirements.ts'
import { findCaseNames, findTestNames } from '../../../tools/check/security/test-names.ts'
import { inProject } from '../../../tools/project.ts'

const readProjectFile = (path: string) => readFile(inProject(path), 'utf8').catch(() => null)

describe('docs/security-requirements.md', () => {
  it('lists every requirement of chapters 1 to 16 once, and each link leads to a file and a test that exist', async () => {
    const page = await readFile(inProject('docs/security-requirements.md'), 'utf8')
    expect(await findPageProblems(page, REQUIREMENTS, readProjectFile)).toEqual([])
  })
})

describe('the requirements of ASVS 5.0.0', () => {
  it('are 333 in chapters 1 to 16: 70 of level 1, 176 of level 2, 87 of level 3', () => {
    const levels = [...REQUIREMENTS.values()]
    expect([1, 2, 3].map((level) => levels.filter((each) => each === level).length)).toEqual([70, 176, 87])
    expect(new Set([...REQUIREMENTS.keys()].map((id) => Number(id.split('.')[0]))).size).toBe(16)
  })
})

const WANTED = new Map([
  ['1.1.1', 2],
  ['1.1.2', 1],
  ['1.1.3', 3],
])
const FILES: Readonly<Record<string, string>> = {
  'test/a.test.ts': "it('does it', () => {})",
  'test/suites/attack/cases/b.ts': "export const b = [{ name: 'is refused' }]",
  'src/a.ts': '',
  'docs/operations.md': '',
}
const HEAD = '| Requirement | Level | In short | State | What Postern does | Shown by |\n| --- | --- | --- | --- | --- | --- |'
const FIRST =
  '| 1.1.1 | 2 | a | met | It is done. | [does it](../test/a.test.ts)<br>[is refused](../test/suites/attack/cases/b.ts) |'
const REST = '| 1.1.2–1.1.3 | 1 | b | n/a | There is none. | |'

const judge = (...rows: readonly string[]) =>
  findPageProblems([HEAD, ...rows].join('\n'), WANTED, async (path) => FILES[path] ?? null)

describe('a page', () => {
  it('in order has no problems', async () => {
    expect(await judge(FIRST, REST)).toEqual([])
  })

  it.each([
    ['a requirement is missing', [REST], '1.1.1 is missing'],
    ['the end of a range is missing', [FIRST, REST.replace('–1.1.3', '')], '1.1.3 is missing'],
    ['a requirement is there twice', [FIRST, REST, REST.replace('1.1.2–', '')], '1.1.3 is there twice'],
    ['a requirement is made up', [FIRST, REST, REST.replace('1.1.2–1.1.3', '1.1.4')], '1.1.4 is no requirement'],
    ['a range goes backwards', [FIRST, REST.replace('1.1.2–1.1.3', '1.1.3–1.1.2')], '1.1.3–1.1.2 is no requirement'],
    ['a level is wrong', [FIRST.replace('| 2 |', '| 1 |'), REST], 'the level is 2, not 1'],
    ['a state is no word of ours', [FIRST, REST.replace('n/a', 'done')], 'the state "done" is none of'],
    ['a state is met by nothing', [FIRST, REST.replace('n/a', 'met')], 'is "met", which nothing shows'],
    ['a state is met in part by nothing', [FIRST, REST.replace('n/a', 'partly')], 'is "partly", which nothing shows'],
    ['the operator is not told', [FIRST, REST.replace('n/a', 'operator')], 'does not say where the operator reads'],
    ['nothing is said', [FIRST, REST.replace('There is none.', '')], 'says nothing of what Postern does'],
    ['a test file does not exist', [FIRST.replace('a.test.ts', 'c.test.ts'), REST], 'there is no test/c.test.ts'],
    ['a source does not exist', [FIRST, `${REST}\n[more](../src/b.ts)`], 'there is no src/b.ts'],
    ['a test does not exist', [FIRST.replace('does it', 'does that'), REST], 'no test of the name "does that"'],
    ['a name is only part of one', [FIRST.replace('does it', 'does'), REST], 'no test of the name "does"'],
    ['an attack does not exist', [FIRST.replace('is refused', 'is tried'), REST], 'no test of the name "is tried"'],
  ] as const)('is refused where %s', async (_, rows, problem) => {
    expect((await judge(...rows)).join('\n')).toContain(problem)
  })

  it('may link a source or another page as a whole, and any place on the internet', async () => {
    const more = '[how](../src/a.ts), [what to do](operations.md#limits), [here](#a), [ASVS](https://example.com/)'
    expect(await judge(FIRST, REST, more)).toEqual([])
  })
})

/** What a template is filled with, as it is written: in a test's own source it would be one. */
const HOLE = ['$', '{max}'].join('')

describe('findTestNames()', () => {
  it.each([
    ['single quotes', "it('a b', () => {})"],
    ['double quotes', 'test("a b", () => {})'],
    ['a template', 'describe(`a b`, () => {})'],
    ['a line of its own', "it(\n  'a b',\n  () => {},\n)"],
    ['a table', `it.each([\n  ['x)', f(1)],\n  [/['"]\\)/, \`)${HOLE})\`],\n])('a b', () => {})`],
    ['a typed table', "describe.each<[string, Map<string, number>, () => void]>(ROWS)('a b', () => {})"],
    ['a condition', "it.skipIf(process.platform === 'win32')('a b', () => {})"],
    ['code around it', "const half = total / 2 // it's\ndescribe('outer', () => { it('a b', () => { const r = /'/ }) })"],
  ])('finds a name behind %s', (_, source) => {
    expect(findTestNames(source)).toContain('a b')
  })

  it('keeps what a template or a table is filled with as it is written', () => {
    const nested = `is $` + `{min + \`${HOLE}\`}`
    const source = `it(\`${nested}\`, f)\nit.each(X)('is %s of $name', f)`
    expect([...findTestNames(source)]).toEqual([nested, 'is %s of $name'])
  })

  it.each([
    ['in a comment', "// it('a b', f)\n/* it('a b', f) */"],
    ['in a string', 'const text = "it(\'a b\', f)"'],
    ['that is skipped', "it.skip('a b', f)\ndescribe.todo('a b')"],
    ['of another function', "expect.it('a b')\nsubmit('a b')\nawait('a b')"],
    ['in a table', "it.each(['a b'])('has %s', f)"],
  ])('finds no name %s', (_, source) => {
    expect(findTestNames(source)).not.toContain('a b')
  })
})

describe('findCaseNames()', () => {
  it('finds the names of data, and no other text', () => {
    const source = `// name: 'x'\nconst a = { name: 'one', body: 'two' }\nfunction f(name: string) { return { name: \`three ${HOLE}\` } }\nconst b = forged('four', f)`
    expect([...findCaseNames(source)]).toEqual(['one', `three ${HOLE}`, 'four'])
  })
})
