// Each document's examples with nothing set, with each of the settings that its clients or others' may need, and with all of them: what
// a setting changes is what matrix.ts says, and nothing else.
import { describe, expect, it } from 'vitest'
import { startApp } from '../../support/harness.ts'
import { DIFFERENCES, SAID } from './matrix.ts'
import { COLUMNS, type Column, SETTING_NAMES } from './settings.ts'
import { type Differences, findDifferences, Recorder, summarize, type Transcript } from './transcript.ts'
import { type DocumentNumber, WALKS } from './walks.ts'

const DOCUMENTS = Object.keys(WALKS) as readonly DocumentNumber[]
const START = Math.floor(Date.now() / 1000)
const ALL = 'all of them'

async function walk(document: DocumentNumber, column: Column): Promise<Transcript> {
  const app = await startApp({ vars: COLUMNS[column], now: START })
  const told = new Recorder(START)
  await WALKS[document](app, told)
  return told.transcript
}

/** Of all settings together: a setting's own, but for members of a token that another one replaces. */
function joined(parts: readonly Differences[]): Differences {
  const all: Differences = Object.assign({}, ...parts)
  const places = Object.keys(all)
  return Object.fromEntries(Object.entries(all).filter(([place]) => !places.some((other) => place.startsWith(`${other}.`))))
}

describe.each(DOCUMENTS)('document %s', (document) => {
  const changing = SETTING_NAMES.filter((setting) => DIFFERENCES[document][setting])
  const leaving = SETTING_NAMES.filter((setting) => !DIFFERENCES[document][setting])
  let plain: Promise<Transcript> | undefined
  const walkPlain = () => {
    plain ??= walk(document, 'nothing')
    return plain
  }

  it('is served with nothing set, and says the same the second time', async () => {
    expect(summarize(await walkPlain())).toEqual(SAID[document])
    expect(findDifferences(await walkPlain(), await walk(document, 'nothing'))).toEqual({})
  })

  it.each(changing)('differs with %s where the matrix says so, and nowhere else', async (setting) => {
    expect(findDifferences(await walkPlain(), await walk(document, setting))).toEqual(DIFFERENCES[document][setting])
  })

  it.each(leaving)('is the same with %s', async (setting) => {
    expect(findDifferences(await walkPlain(), await walk(document, setting))).toEqual({})
  })

  it('differs with all of them by what each does alone', async () => {
    // The life of shared tokens is a column with a secret of its own: it says what the secret changes, for that life.
    const parts = changing.filter((setting) => setting !== 'SHARED_TOKEN_SECRET').map((one) => DIFFERENCES[document][one] ?? {})
    const combined = findDifferences(await walkPlain(), await walk(document, ALL))
    expect(combined).toEqual(joined(parts))
  })
})
