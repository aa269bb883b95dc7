// What a client was told, in words that are the same each time: ids and times that differ from one run to the next by what they are,
// tokens by what is in them. Two transcripts differ only where the service said something else.
import { claimsOf, decodePart } from '../../support/fixtures.ts'
import type { Reply } from '../../support/harness.ts'

/** Step by step, each as plain values. */
export type Transcript = Readonly<Record<string, unknown>>

/** Where two transcripts differ: what the first says, and what the second. */
export type Differences = Readonly<Record<string, readonly [before: unknown, after: unknown]>>

const JWT = /^eyJ[\w-]*\.eyJ[\w-]*\.[\w-]+$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const HEX = /^[0-9a-f]{64}$/
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|\+00:00)$/
/** Later than any count or lifetime: a time. */
const EPOCH = 1_500_000_000

export class Recorder {
  readonly #started: number
  readonly #steps: Record<string, unknown> = {}

  /** @param started epoch seconds that times are told from */
  constructor(started: number) {
    this.#started = started
  }

  /** Writes down a whole reply, header fields and all; hands it on. */
  reply(step: string, reply: Reply): Reply {
    const { status, headers, body } = reply
    const cookies = headers.getSetCookie().map((line) => line.split('; '))
    const fields = [...headers].filter(([name]) => name !== 'x-request-id' && name !== 'set-cookie')
    this.value(step, {
      status,
      ...(cookies.length > 0 && { cookies: Object.fromEntries(cookies.map(([pair = '', ...rest]) => this.#cookie(pair, rest))) }),
      headers: Object.fromEntries(fields),
      body,
    })
    return reply
  }

  /** Writes down what else was said. */
  value(step: string, value: unknown): void {
    if (step in this.#steps) throw new Error(`There are two steps "${step}"`)
    this.#steps[step] = this.#say(value)
  }

  get transcript(): Transcript {
    return this.#steps
  }

  #cookie(pair: string, attributes: readonly string[]): [string, unknown] {
    const equals = pair.indexOf('=')
    return [pair.slice(0, equals), { value: pair.slice(equals + 1), attributes: attributes.join('; ') }]
  }

  #say(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#say(each))
    if (typeof value === 'object' && value !== null) {
      const members = Object.entries(value).filter(([name]) => name !== 'request_id')
      return Object.fromEntries(members.map(([name, each]) => [name, this.#say(each)]))
    }
    if (typeof value === 'number') return value > EPOCH ? this.#time(value) : value
    return typeof value === 'string' ? this.#text(value) : value
  }

  #text(text: string): unknown {
    if (JWT.test(text)) return this.#token(text)
    if (UUID.test(text)) return 'a uuid'
    if (HEX.test(text)) return '64 hex digits'
    return RFC_3339.test(text) ? `${this.#time(Date.parse(text) / 1000)}, as text` : text
  }

  #token(text: string): unknown {
    const { kid, ...header } = JSON.parse(decodePart(text.split('.')[0] ?? ''))
    return { header: { ...header, ...(kid !== undefined && { kid: 'a key' }) }, claims: this.#say(claimsOf(text)) }
  }

  #time(epochSeconds: number): string {
    return `the start + ${epochSeconds - this.#started} s`
  }
}

/** @returns by "step: path.to.member", the members that only one has among them as `undefined` */
export function findDifferences(before: Transcript, after: Transcript): Differences {
  const steps = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return Object.fromEntries(steps.flatMap((step) => differ(`${step}:`, before[step], after[step])))
}

function differ(path: string, before: unknown, after: unknown): [string, [unknown, unknown]][] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (!isObject(before) || !isObject(after)) return [[path, [before, after]]]
  // A reply of another status is another reply, and a token of another kind another token: not one whose members differ.
  if (before.status !== after.status && path.endsWith(':')) return [[path.slice(0, -1), [summaryOf(before), summaryOf(after)]]]
  if (JSON.stringify(before.header) !== JSON.stringify(after.header)) return [[path, [before, after]]]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const joint = path.endsWith(':') ? ' ' : '.'
  return names.flatMap((name) => differ(`${path}${joint}${name}`, before[name], after[name]))
}

/** What each step came to: `401 Unauthorized`; of what is no reply, the value. */
export function summarize(transcript: Transcript): Record<string, unknown> {
  return Object.fromEntries(Object.entries(transcript).map(([step, told]) => [step, summaryOf(told)]))
}

function summaryOf(told: unknown): unknown {
  if (!isObject(told) || typeof told.status !== 'number') return told
  const body = isObject(told.body) ? told.body : {}
  const message = body.message ?? (isObject(body.data) ? body.data.message : undefined)
  return message === undefined ? String(told.status) : `${told.status} ${message}`
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
