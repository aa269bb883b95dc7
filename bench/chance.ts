// Chance that a seed decides, so that a run can be had again. Not for secrets.

export interface Chance {
  /** At least `from`, less than `to`. */
  whole(from: number, to: number): number
  oneOf<T>(choices: readonly [T, ...T[]]): T
  /** Chance of its own for a part of the run, so that one part does not depend on how long another took. */
  branch(name: string): Chance
}

/** One that nobody has chosen. */
export function makeSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0
}

/** mulberry32: small, and good enough to be unforeseen by the program under test. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from))
  return {
    whole,
    oneOf: (choices) => choices[whole(0, choices.length)] ?? choices[0],
    branch: (name) =>
      chanceOf([...name].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619), seed ^ 2_166_136_261)),
  }
}
