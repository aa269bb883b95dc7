// What a machine's measurements look like in a terminal, and what follows from them.
import { DEFAULT_SCRYPT } from '../../src/platform/hashing/password-hash.ts'
import type { ScryptParameters } from '../../src/platform/hashing/scrypt.ts'
import { type MeasuredSetting, meetsAsvs, meetsOwasp, recommend } from './settings.ts'

const HEADS = ['SCRYPT_LN', 'SCRYPT_R', 'SCRYPT_P', 'OWASP', 'ASVS', 'ms', 'slices', 'ms a slice', 'MiB']
const CELL_WIDTH = 11

export function renderCosts(measured: readonly MeasuredSetting[], targetMilliseconds: number): string {
  const lines = measured.map(({ parameters, milliseconds, slices, memoryBytes }) => {
    const lists = [meetsOwasp(parameters), meetsAsvs(parameters)].map((meets) => (meets ? 'yes' : 'no'))
    const times = [milliseconds.toFixed(0), slices, (milliseconds / slices).toFixed(0)]
    return [parameters.ln, parameters.r, parameters.p, ...lists, ...times, (memoryBytes / 1024 ** 2).toFixed(0)]
  })
  const rows = [HEADS, ...lines].map((cells) => cells.map((cell) => String(cell).padStart(CELL_WIDTH)).join(''))
  return [...rows, '', ...renderAdvice(measured, targetMilliseconds), ''].join('\n')
}

function renderAdvice(measured: readonly MeasuredSetting[], targetMilliseconds: number): readonly string[] {
  const best = recommend(measured, targetMilliseconds)
  const cost = measured.find(({ parameters }) => isSame(parameters, best))
  const name = `SCRYPT_LN=${best.ln}, SCRYPT_R=${best.r}, SCRYPT_P=${best.p}`
  const isTooSlow = cost !== undefined && cost.milliseconds > targetMilliseconds
  const verdict = isTooSlow
    ? `Nothing that is as strong as the default takes at most ${targetMilliseconds} ms here. Nothing weaker is recommended: ${name}`
    : `The strongest that takes at most ${targetMilliseconds} ms here: ${name}`
  if (isSame(best, DEFAULT_SCRYPT)) return [verdict, 'It is the default: there is nothing to set.']
  return [
    verdict,
    'To use it, set these in deployment.toml under [vars] and deploy; older hashes are made anew at their next sign-in:',
    '',
    `SCRYPT_LN = ${best.ln}`,
    `SCRYPT_R = ${best.r}`,
    `SCRYPT_P = ${best.p}`,
  ]
}

function isSame(one: ScryptParameters, other: ScryptParameters): boolean {
  return one.ln === other.ln && one.r === other.r && one.p === other.p
}
