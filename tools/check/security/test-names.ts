// The names of tests as they are written in a source: what is in a comment, in another string or skipped is no name.
import jsTokens from 'js-tokens'

interface Token {
  readonly kind: 'word' | 'string' | 'sign'
  /** Of a string what is between its quotes, as written. */
  readonly text: string
}

const STARTERS = new Set(['it', 'test', 'describe'])
/** Modifiers that take arguments of their own before the name comes. */
const CURRIED = new Set(['each', 'for', 'skipIf', 'runIf'])
/** Of test/suites/attack: each takes the name of the case first. */
const CASE_MAKERS = new Set(['forged', 'refusedAt', 'ended', 'signIn'])
const NEVER_RUN = new Set(['skip', 'todo'])

/** Of every `it`, `test` and `describe`, with or without a table. */
export function findTestNames(source: string): ReadonlySet<string> {
  const tokens = tokenize(source)
  const names = tokens.flatMap((token, index) => {
    const isStart = token.kind === 'word' && STARTERS.has(token.text) && tokens[index - 1]?.text !== '.'
    return isStart ? (readName(tokens, index + 1) ?? []) : []
  })
  return new Set(names)
}

/** Of every attack that a file of cases holds as data: its `name`, or what the helper that makes it is given as one. */
export function findCaseNames(source: string): ReadonlySet<string> {
  const tokens = tokenize(source)
  const names = tokens.flatMap(({ kind, text }, index) => {
    const [sign, value] = [tokens[index + 1], tokens[index + 2]]
    const isNamed = (text === 'name' && sign?.text === ':') || (CASE_MAKERS.has(text) && sign?.text === '(')
    return kind === 'word' && isNamed && value?.kind === 'string' ? value.text : []
  })
  return new Set(names)
}

function readName(tokens: readonly Token[], from: number): string | null {
  let index = from
  let last = ''
  while (tokens[index]?.text === '.') {
    last = tokens[index + 1]?.text ?? ''
    if (NEVER_RUN.has(last)) return null
    index += 2
  }
  if (CURRIED.has(last)) {
    if (tokens[index]?.text === '<') index = skipPair(tokens, index, '<', '>')
    index = skipPair(tokens, index, '(', ')')
  }
  const name = tokens[index + 1]
  return tokens[index]?.text === '(' && name?.kind === 'string' ? name.text : null
}

/** @returns where it goes on behind the pair that opens at `from` */
function skipPair(tokens: readonly Token[], from: number, open: string, close: string): number {
  let depth = 0
  for (let index = from; index < tokens.length; index++) {
    const { kind, text } = tokens[index] ?? { kind: 'sign', text: '' }
    if (kind === 'sign' && text === open) depth++
    if (kind === 'sign' && text === close && --depth === 0) return index + 1
  }
  return tokens.length
}

/** Without comments and blanks; a template is one string, whatever it is filled with. */
function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = []
  let template = ''
  let depth = 0
  for (const { type, value } of jsTokens(source)) {
    if (type === 'TemplateHead') depth++
    if (depth > 0) template += value
    if (depth > 0 && type !== 'TemplateTail') continue
    if (type === 'TemplateTail' && --depth > 0) continue
    if (type === 'TemplateTail') tokens.push({ kind: 'string', text: inside(template) })
    template = ''
    if (type === 'StringLiteral' || type === 'NoSubstitutionTemplate') tokens.push({ kind: 'string', text: inside(value) })
    if (type === 'IdentifierName') tokens.push({ kind: 'word', text: value })
    if (type === 'NumericLiteral' || type === 'RegularExpressionLiteral') tokens.push({ kind: 'sign', text: value })
    // Of generics, `>>` closes two.
    if (type === 'Punctuator') for (const text of /^>+$/.test(value) ? value : [value]) tokens.push({ kind: 'sign', text })
  }
  return tokens
}

function inside(quoted: string): string {
  return quoted.slice(1, -1)
}
