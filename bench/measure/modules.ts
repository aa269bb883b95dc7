// Bundles the workers under measurement, as `wrangler deploy` would upload them.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inProject } from '../../tools/project.ts'
import { captureTool } from '../../tools/run-tool.ts'

/** The entry module first. */
export type Modules = readonly (
  | { readonly type: 'ESModule'; readonly path: string; readonly contents: string }
  | { readonly type: 'CompiledWasm'; readonly path: string; readonly contents: Uint8Array<ArrayBuffer> }
)[]

export const COMPATIBILITY_DATE = '2026-10-01'
export const COMPATIBILITY_FLAGS = ['nodejs_compat']

export type BenchWorker = 'caller' | 'floors' | 'hashing' | 'watched'

/** The service with its own configuration. @param directory where the bundle goes */
export async function bundleService(directory: string): Promise<Modules> {
  await bundle(['--outdir', directory])
  return readModules(directory)
}

/** One of the workers in `workers/`. @param directory where its configuration and its bundle go */
export function bundleBenchWorker(directory: string, name: BenchWorker): Promise<Modules> {
  return bundleWorker(directory, name, inProject('bench', 'workers', `${name}.ts`))
}

/** @param directory where its configuration and its bundle go; @param main the path of its entry file */
export async function bundleWorker(directory: string, name: string, main: string): Promise<Modules> {
  const configPath = await writeConfig(directory, name, main)
  const outDirectory = join(directory, 'bundle')
  await bundle(['--config', configPath, '--outdir', outDirectory])
  return readModules(outDirectory)
}

/** @returns the path of a configuration with nothing in it but this worker */
export async function writeConfig(directory: string, name: string, main: string): Promise<string> {
  await mkdir(directory, { recursive: true })
  const path = join(directory, 'wrangler.json')
  const settings = { compatibility_date: COMPATIBILITY_DATE, compatibility_flags: COMPATIBILITY_FLAGS, minify: true }
  await writeFile(path, JSON.stringify({ name, main, ...settings }))
  return path
}

async function bundle(args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await captureTool('wrangler', ['deploy', '--dry-run', ...args])
  if (code !== 0) throw new Error(`Cannot build the worker: ${stderr}${stdout}`)
}

async function readModules(directory: string): Promise<Modules> {
  const names = await readdir(directory)
  const scripts = names.filter((name) => name.endsWith('.js'))
  const binaries = names.filter((name) => name.endsWith('.wasm'))
  return Promise.all([
    ...scripts.map(async (path) => ({
      type: 'ESModule' as const,
      path,
      contents: (await readFile(join(directory, path), 'utf8')).replace(/\/\/# sourceMappingURL=.*/, ''),
    })),
    ...binaries.map(async (path) => ({
      type: 'CompiledWasm' as const,
      path,
      contents: new Uint8Array(await readFile(join(directory, path))),
    })),
  ])
}
