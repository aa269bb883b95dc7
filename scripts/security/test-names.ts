// The names of tests as they are written in a source: what is in a comment, in another string or skipped is no name.

interface Token {
  readonly kind: 'word' | 'string' | 'sign'
  /** Of a string what is between its quotes, as written. */
  readonly text: string
}

const STARTERS = new Set(['it', 'test', 'describe'])
/** Modifiers that take arguments of their own before the name comes. */
const CURRIED = new Set(['each', 'for', 'skipIf', 'runIf'])
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

/** Of every attack that a file of cases holds as data: its `name`. */
export function findCaseNames(source: string): ReadonlySet<string> {
  const tokens = tokenize(source)
  const names = tokens.flatMap(({ kind, text }, index) => {
    const [colon, value] = [tokens[index + 1], tokens[index + 2]]
    return kind === 'word' && text === 'name' && colon?.text === ':' && value?.kind === 'string' ? value.text : []
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

const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y
const QUOTED = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/y
const PATTERN = /\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const WORD = /[\w$]+/y
const ARROW = /=>/y
/** Behind a word or a closing bracket a slash divides. */
const ENDS_A_VALUE = /^(?:[\w$]+|[)\]])$/

function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(source)
    if (match) at = pattern.lastIndex
    return match
  }
  while (at < source.length) {
    const last = tokens.at(-1)
    const mayBePattern = last === undefined || last.text === 'return' || (last.kind !== 'string' && !ENDS_A_VALUE.test(last.text))
    if (take(COMMENT)) continue
    const quoted = take(QUOTED)
    const word = quoted ? null : take(WORD)
    if (quoted) tokens.push({ kind: 'string', text: quoted[1] ?? quoted[2] ?? '' })
    else if (word) tokens.push({ kind: 'word', text: word[0] })
    else if (source[at] === '`') {
      const end = endOfTemplate(source, at)
      tokens.push({ kind: 'string', text: source.slice(at + 1, end - 1) })
      at = end
    } else if (mayBePattern && take(PATTERN)) tokens.push({ kind: 'string', text: '' })
    else if (take(ARROW)) tokens.push({ kind: 'sign', text: '=>' })
    else {
      const sign = source[at++] ?? ''
      if (sign.trim() !== '') tokens.push({ kind: 'sign', text: sign })
    }
  }
  return tokens
}

/** Templates hold expressions, and these hold templates. @returns the place behind the closing backtick */
function endOfTemplate(source: string, start: number): number {
  let depth = 0
  for (let at = start + 1; at < source.length; at++) {
    const character = source[at]
    if (character === '\\') at++
    else if (depth === 0 && character === '`') return at + 1
    else if (depth === 0 && source.startsWith('${', at)) {
      depth = 1
      at++
    } else if (depth > 0 && character === '`') at = endOfTemplate(source, at) - 1
    else if (depth > 0 && character === '{') depth++
    else if (depth > 0 && character === '}') depth--
  }
  return source.length
}
