// Makes every npm script work on a fresh clone: installs the locked packages when they are missing or out of date, then
// runs the given TypeScript file with the Node that came with them: on Linux with glibc, for which package-lock.json can hold its hash.
// Elsewhere with the machine's own. Plain JavaScript for any Node from 20.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, delimiter, dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { withFileLock } from './file-lock.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Where npm puts our packages: here, or at the root of the workspace that this folder is a package of. */
const HOME = findWorkspace() ?? ROOT
const MARKER = join(ROOT, 'node_modules', '.postern-installed')
/** The first that runs TypeScript as it is. */
const MIN_SCRIPT_NODE = [22, 18]

const [script, ...args] = process.argv.slice(2)
if (!script) {
  console.error('Usage: node tools/bootstrap.mjs <script.ts> [arguments]')
  process.exit(2)
}
endWithNpm()
if (hasNode() && (await install())) await run(resolve(ROOT, script), args)

/** @returns {boolean} whether there is a Node to run scripts, or will be; if not, the exit code is set */
function hasNode() {
  if (bundlesNode() || isNewEnough(process.versions.node)) return true
  const [major, minor] = MIN_SCRIPT_NODE
  console.error(
    `Postern needs Node ${major}.${minor} or later on ${process.platform}-${process.arch}, and this is ${process.versions.node}: install it from https://nodejs.org`,
  )
  process.exitCode = 1
  return false
}

/** @param {string} version */
function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > MIN_SCRIPT_NODE[0] || (major === MIN_SCRIPT_NODE[0] && minor >= MIN_SCRIPT_NODE[1])
}

/** The Node in our packages is linked against glibc; its report names the version where there is one. */
function bundlesNode() {
  const isBuilt = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)
  return isBuilt && Boolean(process.report.getReport().header.glibcVersionRuntime)
}

/** @returns {Promise<boolean>} whether the script can run now; if not, the exit code is set */
async function install() {
  if (HOME !== ROOT) return isThere()
  if (isInstalled()) return true
  if (process.env.WRANGLER_COMMAND) {
    // Inside wrangler's build hook: installing now would pull the files from under the wrangler that is running.
    console.warn('The installed packages are not those of package-lock.json: run "npm ci"')
    return true
  }
  // The lock lives outside node_modules, which `npm ci` deletes.
  return withFileLock(
    join(ROOT, '.postern', 'install.lock'),
    async () => {
      if (isInstalled()) return true
      // Standard output is the script's alone: what some print is read by programs.
      console.error('Installing packages (npm ci) …')
      // Errors only: that packages want a newer Node than the one that runs npm is of no concern, as they come with theirs.
      const code = await runNpm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'])
      if (code !== 0) {
        console.error('Cannot install the packages: npm ci failed')
        process.exitCode = code
        return false
      }
      writeFileSync(MARKER, lockFingerprint())
      return true
    },
    () => console.error('Waiting for another installation of the same packages …'),
  )
}

/** In a workspace the packages are everybody's, and so is their lock file. */
function isThere() {
  if (existsSync(join(HOME, 'node_modules', 'wrangler')) || existsSync(join(ROOT, 'node_modules', 'wrangler'))) return true
  console.error(`Postern's packages are missing: run "npm install" in ${HOME}`)
  process.exitCode = 1
  return false
}

/** @returns {string | null} the folder above whose package.json names this one, as npm has it */
function findWorkspace() {
  for (let folder = dirname(resolve(ROOT)); ; folder = dirname(folder)) {
    const manifest = readText(join(folder, 'package.json'))
    const globs = manifest === null ? undefined : JSON.parse(manifest).workspaces
    const patterns = Array.isArray(globs) ? globs : (globs?.packages ?? [])
    if (patterns.some((pattern) => matches(pattern, relative(folder, resolve(ROOT)).split(sep)))) return folder
    if (folder === dirname(folder)) return null
  }
}

/** The patterns of package.json's `workspaces`: names of folders, with `*` and `**`. */
function matches(pattern, path) {
  const source = pattern
    .replace(/^\.\//, '')
    .replace(/\/+$/, '')
    .split('/')
    .map((part) => (part === '**' ? '.*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')))
    .join('/')
  return new RegExp(`^${source}$`).test(path.join('/'))
}

function isInstalled() {
  const fingerprint = lockFingerprint()
  if (readText(MARKER) === fingerprint) return true
  if (!matchesHiddenLock()) return false
  // Somebody ran `npm install` or `npm ci` by hand: the packages are right, only the note is missing.
  writeFileSync(MARKER, fingerprint)
  return true
}

function lockFingerprint() {
  return createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex')
}

/** npm notes what it installed in a lock file of its own; packages of other platforms are absent there. */
function matchesHiddenLock() {
  const hidden = readText(join(ROOT, 'node_modules', '.package-lock.json'))
  if (hidden === null) return false
  const installed = JSON.parse(hidden).packages
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages
  return Object.entries(wanted).every(([path, entry]) => {
    const found = installed[path]
    if (path === '' || (!found && (entry.optional || entry.peer))) return true
    return found?.version === entry.version && found?.integrity === entry.integrity
  })
}

function runNpm(npmArgs) {
  const cli = process.env.npm_execpath
  // The machine's own Node runs npm: ours lies in the folder that npm is about to replace.
  const node = process.env.npm_node_execpath ?? process.execPath
  const stdio = ['inherit', process.stderr, 'inherit']
  if (cli && basename(cli) === 'npm-cli.js') return runChild(node, [cli, ...npmArgs], { stdio })
  return runChild(process.platform === 'win32' ? 'npm.cmd' : 'npm', npmArgs, { stdio, shell: process.platform === 'win32' })
}

async function run(path, scriptArgs) {
  const node = localNode()
  putToolsOnPath()
  if (node && node !== process.execPath) {
    process.exitCode = await runChild(node, [path, ...scriptArgs])
    return
  }
  if (!node && !isNewEnough(process.versions.node)) {
    console.error(`Cannot run ${script}: the packages came without their Node. Run "npm ci --include=optional"`)
    process.exitCode = 1
    return
  }
  // This process is the right Node already: a second one would only cost its start.
  process.argv = [process.argv[0], path, ...scriptArgs]
  await import(pathToFileURL(path).href)
}

/**
 * npm runs scripts in a shell and, told to end, ends that shell only: what the shell started would live on. So a
 * script that npm started takes the loss of its parent for a SIGTERM.
 */
function endWithNpm() {
  const parent = process.ppid
  if (!process.env.npm_lifecycle_event || parent === 1 || process.platform === 'win32') return
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 250)
  watch.unref()
}

function localNode() {
  const name = join('node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  const path = [ROOT, HOME].map((folder) => join(folder, name)).find((each) => existsSync(each))
  return bundlesNode() && path !== undefined ? path : null
}

/** As npm does it: whatever the script starts finds our Node and our tools first. */
function putToolsOnPath() {
  const bins = [...new Set([ROOT, HOME])].map((folder) => join(folder, 'node_modules', '.bin'))
  const paths = (process.env.PATH ?? '').split(delimiter).filter((path) => !bins.includes(path))
  process.env.PATH = [...bins, ...paths].join(delimiter)
}

/** Resolves to the exit code; hands signals on, and lets the child decide when to end. */
function runChild(command, commandArgs, options = {}) {
  return new Promise((done) => {
    const child = spawn(command, commandArgs, { cwd: ROOT, stdio: 'inherit', ...options })
    const forward = (signal) => child.kill(signal)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, forward)
    child.on('error', (error) => {
      console.error(`Cannot start ${command}: ${error.message}`)
      done(1)
    })
    child.on('exit', (code, signal) => {
      for (const each of signals) process.off(each, forward)
      done(code ?? (signal === 'SIGINT' ? 130 : 143))
    })
  })
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
