// Why Postern could not be asked, told in the log of the program that asked: a fault of its set-up once with its cure, an outage at
// most once a minute. To the request both are an outage.

/** What keeps this program from ever being answered; the message says what to change. */
export class SetUpError extends Error {
  override readonly name = 'SetUpError'
  /** What requests are answered meanwhile. */
  readonly status: 401 | 503
  /** What is told once, however it shows itself. */
  readonly cure: string

  /** @param sign by which it was known this time */
  constructor(cure: string, { status = 503, sign }: { readonly status?: 401 | 503; readonly sign?: string } = {}) {
    super(sign === undefined ? cure : `${cure} (${sign})`)
    this.cure = cure
    this.status = status
  }
}

export type Report = (error: unknown) => void

const QUIET_MILLISECONDS = 60_000

/** What was told already: of one Postern, however many verifiers ask it, each with a log of its own. */
export interface Told {
  readonly faults: Set<string>
  /** Milliseconds. */
  toldAt: number
}

export function nothingTold(): Told {
  return { faults: new Set(), toldAt: Number.NEGATIVE_INFINITY }
}

/** @param log gets one line each; @param clock milliseconds */
export function createReport(log: (line: string) => void = console.error, clock = Date.now, told = nothingTold()): Report {
  return function report(error) {
    const message = describe(error)
    if (error instanceof SetUpError) {
      if (told.faults.has(error.cure)) return
      told.faults.add(error.cure)
      return log(`Postern is not set up right, and every request is answered ${error.status}: ${message}`)
    }
    const now = clock()
    // A clock may be set back.
    if (now >= told.toldAt && now - told.toldAt < QUIET_MILLISECONDS) return
    told.toldAt = now
    log(`Cannot ask Postern: ${message}`)
  }
}

/** What a worker is told by the runtime when the connection to another one breaks, as it does on each call between wranglers of two makes. */
const LOST = /^(Network connection lost|internal error; reference = )/
const HOW_TO_CONNECT = 'in local development, give this worker a wrangler as new as Postern has, on Node 22 or later'

/** `fetch failed` says nothing of why; its cause does. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (LOST.test(error.message)) return `${error.message} (${HOW_TO_CONNECT})`
  return error.cause instanceof Error && error.cause.message !== '' ? `${error.message} (${error.cause.message})` : error.message
}
