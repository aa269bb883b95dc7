// A fresh clone of this checkout, as far as that is possible without a network: what git would bring, and the packages
// that are installed here. Nothing of a developer's own secrets and state gets into it.
import { cp, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { PROJECT_ROOT } from '../../../tools/project.ts'

const NOT_IN_GIT =
  /^(\.git|node_modules|\.wrangler|\.postern|\.dev\.vars.*|deployment\.toml|wrangler\.jsonc|\.env.*|test-results|dist)$/

export interface Checkout extends AsyncDisposable {
  readonly root: string
}

export async function cloneCheckout(): Promise<Checkout> {
  const root = await makeTemporaryDirectory()
  const filter = (source: string) => !NOT_IN_GIT.test(relative(PROJECT_ROOT, source))
  await cp(PROJECT_ROOT, root, { recursive: true, filter })
  await symlink(join(PROJECT_ROOT, 'node_modules'), join(root, 'node_modules'), 'dir')
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 3 }) }
}

export async function makeTemporaryDirectory(): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), 'postern-e2e-')))
}
