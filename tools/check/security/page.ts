// What is wrong with docs/security-requirements.md: a requirement left out, a state without evidence, a test that is not there.
import { posix } from 'node:path'
import { findCaseNames, findTestNames } from './test-names.ts'

interface Row {
  readonly line: number
  readonly requirements: readonly string[]
  readonly level: string
  readonly state: string
  readonly done: string
  readonly shownBy: string
}

interface Link {
  readonly line: number
  readonly name: string
  /** From the project's root. */
  readonly path: string
}

/** @returns `null` where there is no such file */
type ReadFile = (path: string) => Promise<string | null>

const FOLDER = 'docs'
const STATES = new Set(['met', 'partly', 'no', 'operator', 'n/a'])
const SHOWN = new Set(['met', 'partly'])
const ROW = /^\| *(\d[^|]*)\|/
/** `2.4.1`, or of one section `2.4.1–2.4.3`. */
const IDS = /^(\d+\.\d+)\.(\d+)(?:–\1\.(\d+))?$/
const LINK = /\[([^\]]+)\]\(([^)\s]+)\)/g

/**
 * @param requirements level by number: what the page is to list, each once
 * @returns nothing for a page that is in order
 */
export async function findPageProblems(
  page: string,
  requirements: ReadonlyMap<string, number>,
  readFile: ReadFile,
): Promise<readonly string[]> {
  const lines = page.split('\n')
  const rows = lines.flatMap((text, index) => parseRow(text, index + 1) ?? [])
  const links = lines.flatMap((text, index) => parseLinks(text, index + 1))
  return [
    ...findListProblems(rows, requirements),
    ...rows.flatMap((row) => findRowProblems(row, requirements)),
    ...(await Promise.all(links.map((link) => findLinkProblem(link, readFile)))).flatMap((problem) => problem ?? []),
  ]
}

function parseRow(text: string, line: number): Row | null {
  const first = ROW.exec(text)?.[1]
  if (first === undefined) return null
  const [, , level = '', , state = '', done = '', shownBy = ''] = text.split('|').map((cell) => cell.trim())
  return { line, requirements: expand(first.trim()), level, state, done, shownBy }
}

/** Text that is no number is told as a requirement nobody asks for. */
function expand(text: string): readonly string[] {
  const [, section, from, to = from] = IDS.exec(text) ?? []
  if (section === undefined) return [text]
  const length = Math.max(Number(to) - Number(from) + 1, 0)
  return length === 0 ? [text] : Array.from({ length }, (_, index) => `${section}.${Number(from) + index}`)
}

/** Links to files of this repository: elsewhere nothing is asked. */
function parseLinks(text: string, line: number): readonly Link[] {
  return [...text.matchAll(LINK)].flatMap(([, name = '', target = '']) => {
    const [path = ''] = target.split('#')
    return path === '' || path.includes(':') ? [] : { line, name, path: posix.join(FOLDER, path) }
  })
}

function findListProblems(rows: readonly Row[], requirements: ReadonlyMap<string, number>): readonly string[] {
  const listed = rows.flatMap((row) => row.requirements)
  const once = new Set(listed)
  return [
    ...[...requirements.keys()].filter((id) => !once.has(id)).map((id) => `${id} is missing`),
    ...[...once].filter((id) => !requirements.has(id)).map((id) => `${id} is no requirement`),
    ...[...once].filter((id) => listed.indexOf(id) !== listed.lastIndexOf(id)).map((id) => `${id} is there twice`),
  ]
}

function findRowProblems(row: Row, requirements: ReadonlyMap<string, number>): readonly string[] {
  const { line, level, state, done, shownBy } = row
  const known = row.requirements.flatMap((id) => requirements.get(id) ?? [])
  const problems = [
    !STATES.has(state) && `the state "${state}" is none of ${[...STATES].join(', ')}`,
    done === '' && 'says nothing of what Postern does',
    known.length > 0 && level !== String(Math.min(...known)) && `the level is ${Math.min(...known)}, not ${level}`,
    SHOWN.has(state) && parseLinks(shownBy, line).length === 0 && `is "${state}", which nothing shows`,
    state === 'operator' && parseLinks(done, line).length === 0 && 'does not say where the operator reads what to do',
  ]
  return problems.flatMap((problem) => (problem === false ? [] : `line ${line}: ${problem}`))
}

async function findLinkProblem({ line, name, path }: Link, readFile: ReadFile): Promise<string | null> {
  const source = await readFile(path)
  if (source === null) return `line ${line}: there is no ${path}`
  const names = namesIn(path, source)
  return names === null || names.has(name) ? null : `line ${line}: ${path} has no test of the name "${name}"`
}

/** `null` for a file that is linked as a whole. */
function namesIn(path: string, source: string): ReadonlySet<string> | null {
  if (path.endsWith('.test.ts')) return findTestNames(source)
  return path.startsWith('test/suites/attack/cases/') ? findCaseNames(source) : null
}
