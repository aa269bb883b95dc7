// Where things are: in this checkout, and in the packages that are installed for it. Every script works from the project's root, as npm
// runs it.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const PROJECT_ROOT = join(import.meta.dirname, '..')

/** Where wrangler keeps local state unless --persist-to says otherwise. */
export const DEFAULT_PERSIST_DIRECTORY = '.wrangler/state'

export function inProject(...path: readonly string[]): string {
  return join(PROJECT_ROOT, ...path)
}

/**
 * The folder of an installed package. In a workspace npm keeps it further up.
 * @throws Error where it is not installed
 */
export function packageFolder(name: string, root = PROJECT_ROOT): string {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name)
    if (existsSync(join(found, 'package.json'))) return found
    if (folder === dirname(folder)) throw new Error(`Cannot find the package ${name}: run "npm ci"`)
  }
}

/** The entry file of an installed tool, to be run by this very Node. */
export function toolPath(tool: keyof typeof TOOLS): string {
  const [name, ...path] = TOOLS[tool]
  return join(packageFolder(name), ...path)
}

const TOOLS = {
  wrangler: ['wrangler', 'wrangler-dist', 'cli.js'],
  vitest: ['vitest', 'vitest.mjs'],
  biome: ['@biomejs/biome', 'bin', 'biome'],
  tsc: ['typescript', 'bin', 'tsc'],
  'drizzle-kit': ['drizzle-kit', 'bin.cjs'],
  publint: ['publint', 'src', 'cli.js'],
} as const

/** The compiled hashing engine: made by `npm run build:engine`, and committed. */
export const ENGINE_WASM = 'src/platform/hashing/romix.wasm'
