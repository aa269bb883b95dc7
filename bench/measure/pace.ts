// How long a run takes: what is measured is the same at every pace.

export interface Pace {
  readonly hashTurns: number
  /** Every endpoint gets so many slots, in turns with all others, so that a busy moment of the machine hits all alike. */
  readonly loadTurns: number
  readonly slotMilliseconds: number
  readonly concurrencies: readonly number[]
  /** For `GET /me` while others sign in. */
  readonly mixedMilliseconds: number
  readonly verifierTurns: number
  readonly startUpTurns: number
}

/** Three minutes or so. */
export const FULL_PACE: Pace = {
  hashTurns: 9,
  loadTurns: 3,
  slotMilliseconds: 350,
  concurrencies: [1, 16],
  mixedMilliseconds: 12_000,
  verifierTurns: 15,
  startUpTurns: 7,
}

/** Enough to see that all of it runs; its figures mean little. */
export const QUICK_PACE: Pace = {
  hashTurns: 1,
  loadTurns: 1,
  slotMilliseconds: 20,
  concurrencies: [1, 2],
  mixedMilliseconds: 200,
  verifierTurns: 1,
  startUpTurns: 1,
}
