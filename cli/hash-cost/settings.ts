// Which settings there are to choose from, what others say of them, and which one a machine can afford.
import { DEFAULT_SCRYPT, isBelowFloor } from '../../src/platform/hashing/password-hash.ts'
import { type ScryptParameters, scryptCost } from '../../src/platform/hashing/scrypt.ts'

export interface MeasuredSetting {
  readonly parameters: ScryptParameters
  readonly milliseconds: number
  readonly slices: number
  readonly memoryBytes: number
}

/** Both lists' own rows, OWASP's other two, and steps up from there. */
export const SETTINGS: readonly ScryptParameters[] = [
  { ln: 13, r: 8, p: 10 },
  { ln: 14, r: 8, p: 5 },
  { ln: 15, r: 8, p: 3 },
  { ln: 16, r: 8, p: 2 },
  { ln: 17, r: 8, p: 1 },
  { ln: 15, r: 8, p: 4 },
  { ln: 15, r: 8, p: 6 },
  { ln: 16, r: 8, p: 3 },
  { ln: 17, r: 8, p: 2 },
]

/** OWASP Password Storage Cheat Sheet, scrypt. */
export function meetsOwasp(parameters: ScryptParameters): boolean {
  return !isBelowFloor(parameters)
}

/** OWASP ASVS 5.0, appendix C, password storage, scrypt: the more lanes, the smaller N may be, down to 2^15. */
export function meetsAsvs({ ln, r, p }: ScryptParameters): boolean {
  return r >= 8 && ln >= (p >= 3 ? 15 : 18 - p)
}

/**
 * The strongest that meets both and takes no longer than `targetMilliseconds`; never one that saves memory or work over the
 * default, which is the answer where nothing is fast enough.
 */
export function recommend(measured: readonly MeasuredSetting[], targetMilliseconds: number): ScryptParameters {
  const affordable = measured
    .filter(({ milliseconds }) => milliseconds <= targetMilliseconds)
    .map(({ parameters }) => parameters)
    .filter((parameters) => meetsOwasp(parameters) && meetsAsvs(parameters) && isNoWeaker(parameters, DEFAULT_SCRYPT))
  return affordable.reduce((best, each) => (isStronger(each, best) ? each : best), DEFAULT_SCRYPT)
}

function isNoWeaker(one: ScryptParameters, other: ScryptParameters): boolean {
  return memoryOf(one) >= memoryOf(other) && scryptCost(one) >= scryptCost(other)
}

/** By work; of two that work the same, by memory, which is what guessing machines are short of. */
function isStronger(one: ScryptParameters, other: ScryptParameters): boolean {
  const more = scryptCost(one) - scryptCost(other)
  return more > 0 || (more === 0 && memoryOf(one) > memoryOf(other))
}

function memoryOf(parameters: ScryptParameters): number {
  return scryptCost({ ...parameters, p: 1 })
}
