// The runtimes and tools that the client package is tried with. Nobody needs them but that test, so that they have a manifest of
// their own and are installed when it runs; again only when the lock file says something else.
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inProject } from '../../scripts/project.ts'

const run = promisify(execFile)
const FOLDER = inProject('.postern/callers')
const LOCK = 'package-lock.json'
/** Written last: what npm left half done is done again. */
const DONE = join(FOLDER, 'installed.json')

/** @returns makes the path of something in their node_modules */
export async function installCallers(): Promise<(...path: readonly string[]) => string> {
  const lock = await readFile(inProject('test/callers', LOCK), 'utf8')
  if ((await readFile(DONE, 'utf8').catch(() => '')) !== lock) {
    await mkdir(FOLDER, { recursive: true })
    for (const name of ['package.json', LOCK]) await cp(inProject('test/callers', name), join(FOLDER, name))
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: FOLDER })
    await writeFile(DONE, lock)
  }
  return (...path) => join(FOLDER, 'node_modules', ...path)
}

/** By name: the oldest Node that the package declares, Deno and Bun, each with what makes it run a module. */
export const RUNTIMES: Readonly<Record<string, readonly [files: Readonly<Record<string, string>>, ...args: readonly string[]]>> = {
  'Node 20': [{ 'linux-x64': 'node-20-linux-x64/bin/node', 'linux-arm64': 'node-20-linux-arm64/bin/node' }],
  Deno: [
    {
      'linux-x64': '@deno/linux-x64-glibc/deno',
      'linux-arm64': '@deno/linux-arm64-glibc/deno',
      'darwin-arm64': '@deno/darwin-arm64/deno',
    },
    ...['run', '--no-prompt', '--allow-net=127.0.0.1', '--allow-read', '--allow-env'],
  ],
  Bun: [
    {
      'linux-x64': '@oven/bun-linux-x64/bin/bun',
      'linux-arm64': '@oven/bun-linux-aarch64/bin/bun',
      'darwin-arm64': '@oven/bun-darwin-aarch64/bin/bun',
    },
    'run',
  ],
}
