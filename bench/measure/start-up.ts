// What Cloudflare calls start-up, parsing and running the global scope, as `wrangler check startup` profiles it.
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { captureTool } from '../../tools/run-tool.ts'
import { median } from '../report/findings.ts'
import { type Modules, writeConfig } from './modules.ts'

const EMPTY: Modules = [{ type: 'ESModule', path: 'index.js', contents: "export default { fetch: () => new Response('ok') }" }]

/** The medians' difference, in milliseconds; `null` when there is no turn. @param directory for the two workers */
export async function measureStartUp(
  directory: string,
  service: Modules,
  turns: number,
  note: (text: string) => void,
): Promise<number | null> {
  if (turns === 0) return null
  const [empty, full] = await Promise.all([prepare(directory, 'empty', EMPTY), prepare(directory, 'service', service)])
  const windows: { empty: number[]; full: number[] } = { empty: [], full: [] }
  for (let turn = 1; turn <= turns; turn += 1) {
    note(`turn ${turn} of ${turns}: an empty worker and the service`)
    windows.empty.push(await profile(empty))
    windows.full.push(await profile(full))
  }
  return median(windows.full) - median(windows.empty)
}

/** @returns the path of the worker's configuration */
async function prepare(directory: string, name: string, modules: Modules): Promise<string> {
  const folder = join(directory, name)
  const config = await writeConfig(folder, name, modules[0]?.path ?? '')
  await Promise.all(modules.map(({ path, contents }) => writeFile(join(folder, path), contents)))
  return config
}

async function profile(config: string): Promise<number> {
  const folder = dirname(config)
  const { stdout, stderr } = await captureTool('wrangler', ['check', 'startup', '--outfile', join(folder, 'profile')], '', folder)
  const [, milliseconds] = /Profile window: ([\d.]+) ms/.exec(stdout) ?? []
  if (milliseconds === undefined) throw new Error(`Cannot profile start-up: ${stdout}${stderr}`)
  return Number(milliseconds)
}
