// Compilers and libraries of other languages, from Debian's packages: for tests that show what programs in those languages do with
// Postern. Installed when they are wanted and missing, where that may be done; elsewhere the test fails and says what to install.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { withFileLock } from '../../../tools/file-lock.mjs'
import { inProject } from '../../../tools/project.ts'

const run = promisify(execFile)

/** @throws where some are missing and this is no Debian, or not its administrator */
export async function installDebianPackages(packages: readonly string[]): Promise<void> {
  // Two files of tests may want some at once.
  await withFileLock(inProject('.postern/debian.lock'), async () => {
    const missing = await findMissing(packages)
    if (missing.length === 0) return
    if (process.getuid?.() !== 0 || !(await hasApt())) throw new Error(explainMissing(missing))
    await install(missing).catch(async () => {
      // A machine that is new has no list of packages yet, and an old one one of packages that are gone.
      await apt('update')
      await install(missing)
    })
  })
}

export function explainMissing(missing: readonly string[]): string {
  return (
    'Cannot run the programs in other languages: they need compilers and libraries that are not here, and only the administrator ' +
    `of a Debian machine can install them. Run "sudo apt-get install ${missing.join(' ')}", or the tests in a container of Debian`
  )
}

async function findMissing(packages: readonly string[]): Promise<readonly string[]> {
  const states = await Promise.all(
    packages.map(async (name) => {
      const asked = run('dpkg-query', ['--show', `--showformat=\${db:Status-Status}`, name])
      // It fails for a package that it has never heard of, and is not there but on Debian.
      return [
        name,
        await asked.then(
          ({ stdout }) => stdout,
          () => 'unknown',
        ),
      ] as const
    }),
  )
  return states.filter(([, state]) => state !== 'installed').map(([name]) => name)
}

async function hasApt(): Promise<boolean> {
  return run('apt-get', ['--version']).then(
    () => true,
    () => false,
  )
}

async function install(packages: readonly string[]): Promise<void> {
  await apt('install', '--yes', '--no-install-recommends', ...packages)
}

async function apt(...args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['--quiet', '-o', 'DPkg::Lock::Timeout=300', ...args], { env, maxBuffer: 2 ** 26 })
}
