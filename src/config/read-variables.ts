// From the environment to values, one variable at a time: the name of whatever is wrong, and how to set it. Never a value.
import { type IntegerVariable, VARIABLES, type Values, type Variable } from './variables.ts'

/** The environment cannot be served with: routes that need configuration answer 503 and the log says this message. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export const SET_VAR = 'Set it in deployment.toml under [vars]'

/** @param env vars and secrets as the runtime hands them over; anything else in it is ignored @throws ConfigError */
export function readVariables(env: object, isDevelopment: boolean): Values {
  // The table gives each value its type.
  const read = ([name, variable]: [string, Variable]) => [name, readVariable(env, name, variable, isDevelopment)]
  return Object.fromEntries(Object.entries(VARIABLES).map(read))
}

function readVariable(env: object, name: string, variable: Variable, isDevelopment: boolean): string | number | undefined {
  switch (variable.kind) {
    case 'integer':
      return readInteger(env, name, variable, isDevelopment)
    case 'choice':
      return readChoice(env, name, variable.choices)
    default:
      return readText(env, name)
  }
}

export function readText(env: object, name: string): string | undefined {
  const value = (env as Readonly<Record<string, unknown>>)[name]
  if (value === undefined || value === '') return undefined
  if (typeof value === 'string') return value.trim()
  // `[vars]` may hold numbers and booleans; a binding under this name is a mistake.
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new ConfigError(`${name} is not text. ${SET_VAR}`)
}

function readInteger(env: object, name: string, variable: IntegerVariable, isDevelopment: boolean): number {
  const { fallback, max } = variable
  const min = isDevelopment ? (variable.minInDevelopment ?? variable.min) : variable.min
  const value = readText(env, name)
  if (value === undefined) return fallback
  if (!/^\d{1,12}$/.test(value) || Number(value) < min || Number(value) > max) {
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}. ${SET_VAR}`)
  }
  return Number(value)
}

/** The first of `choices` is the default. */
export function readChoice<const T extends string>(env: object, name: string, choices: readonly [T, ...T[]]): T {
  const value = readText(env, name)
  if (value === undefined) return choices[0]
  const chosen = choices.find((choice) => choice === value)
  if (!chosen) throw new ConfigError(`${name} must be one of ${choices.join(', ')}. ${SET_VAR}`)
  return chosen
}
