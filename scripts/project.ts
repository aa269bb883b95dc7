// Where things are in this checkout. Every script works from the project's root, as npm runs it.
import { join } from 'node:path'

export const PROJECT_ROOT = join(import.meta.dirname, '..')

/** Where wrangler keeps local state unless --persist-to says otherwise. */
export const DEFAULT_PERSIST_DIRECTORY = '.wrangler/state'

export function inProject(...path: readonly string[]): string {
  return join(PROJECT_ROOT, ...path)
}

/** The entry file of an installed tool, to be run by this very Node. */
export function toolPath(tool: keyof typeof TOOLS): string {
  return inProject('node_modules', ...TOOLS[tool])
}

const TOOLS = {
  wrangler: ['wrangler', 'wrangler-dist', 'cli.js'],
  vitest: ['vitest', 'vitest.mjs'],
  biome: ['@biomejs', 'biome', 'bin', 'biome'],
  tsc: ['typescript', 'bin', 'tsc'],
  'drizzle-kit': ['drizzle-kit', 'bin.cjs'],
  publint: ['publint', 'src', 'cli.js'],
} as const

/** The compiled hashing engine: made by `npm run build:engine`, and committed. */
export const ENGINE_WASM = 'src/platform/romix.wasm'
