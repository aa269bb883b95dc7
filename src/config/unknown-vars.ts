// Vars that nothing here reads: most are misspelt, and what they were to set goes on as if nothing had been said. Names only, never a value.
import type { Log } from '../platform/runtime/log.ts'
import { VARIABLES } from './variables.ts'

/** What is read besides the table. */
const KNOWN: readonly string[] = [...Object.keys(VARIABLES), 'ENVIRONMENT']
/** Of Cloudflare and its tools. */
const NOT_OURS = /^(__|CF_|CLOUDFLARE_|WRANGLER_)/
const MOST_NAMES = 20
/** Below this a name is another one, and not the same one misspelt. */
const LEAST_LIKENESS = 0.7

/** Every request asks anew while the configuration is broken. */
const looked = new WeakSet<object>()

/** @param env vars, secrets and bindings as the runtime hands them over; told once for each, which is once an isolate */
export function warnOfUnknownVars(env: object, log: Log): void {
  if (looked.has(env)) return
  looked.add(env)
  const unknown = findUnknownVars(env)
  if (unknown.length === 0) return
  const named = unknown.slice(0, MOST_NAMES).map((name) => {
    const nearest = findNearest(name)
    return nearest === null ? name : `${name} (is ${nearest} meant?)`
  })
  const more = unknown.length > MOST_NAMES ? ` and ${unknown.length - MOST_NAMES} more` : ''
  log('warn', 'unknown vars', { reason: `nothing reads ${named.join(', ')}${more}` })
}

/** A var is a text, a number or a boolean; bindings to other workers and to storage are objects. */
function findUnknownVars(env: object): readonly string[] {
  return Object.entries(env)
    .filter(
      ([name, value]) => ['string', 'number', 'boolean'].includes(typeof value) && !KNOWN.includes(name) && !NOT_OURS.test(name),
    )
    .map(([name]) => name)
    .sort()
}

/** The name that is most like it; `null` where none is. */
function findNearest(name: string): string | null {
  const [nearest] = KNOWN.map((known) => ({ known, likeness: likenessOf(name, known) }))
    .filter(({ likeness }) => likeness >= LEAST_LIKENESS)
    .sort((a, b) => b.likeness - a.likeness)
  return nearest?.known ?? null
}

/** From 0 to 1, letter by letter or word by word: whole words are left out more often than half of the letters are wrong. */
function likenessOf(name: string, known: string): number {
  const [words, others] = [wordsOf(name), wordsOf(known)]
  const same = words.filter((word) => others.some((other) => likenessOfLetters(word, other) >= LEAST_LIKENESS)).length
  return Math.max((2 * same) / (words.length + others.length), likenessOfLetters(words.join(''), others.join('')))
}

function wordsOf(name: string): readonly string[] {
  return name
    .slice(0, 64)
    .toUpperCase()
    .split(/[_\W]+/)
}

function likenessOfLetters(a: string, b: string): number {
  return 1 - distanceOf(a, b) / Math.max(a.length, b.length, 1)
}

/** How many letters have to be put in, taken out or changed (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1]
    for (const [place, other] of [...b].entries()) {
      const changed = (row[place] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(changed, (row[place + 1] ?? 0) + 1, (next[place] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
