// The runtimes and tools that the client package is tried with, the generators that the OpenAPI documents are, and what clients of the
// documents are made of. Nobody needs them but
// those tests, so that they have manifests of their own and are installed when they run; again only when the lock file says something else.
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withFileLock } from '../../../tools/file-lock.mjs'
import { inProject } from '../../../tools/project.ts'

const run = promisify(execFile)
const LOCK = 'package-lock.json'

/** @returns makes the path of something in their node_modules */
export function installCallers(): Promise<PathOf> {
  return install('test/support/callers', '.postern/callers')
}

/** What the clients of the five documents are made of: axios and express. @returns as for `installCallers` */
export function installClients(): Promise<PathOf> {
  return install('test/support/callers/clients', '.postern/clients')
}

type PathOf = (...path: readonly string[]) => string

async function install(manifests: string, target: string): Promise<PathOf> {
  const folder = inProject(target)
  // Written last: what npm left half done is done again.
  const done = join(folder, 'installed.json')
  const lock = await readFile(inProject(manifests, LOCK), 'utf8')
  await mkdir(folder, { recursive: true })
  await withFileLock(join(folder, 'install.lock'), async () => {
    if ((await readFile(done, 'utf8').catch(() => '')) === lock) return
    for (const name of ['package.json', LOCK]) await cp(inProject(manifests, name), join(folder, name))
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
    await writeFile(done, lock)
  })
  return (...path) => join(folder, 'node_modules', ...path)
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
