// The bootstrap in a project of its own, with an npm that only notes that it was called.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { appendFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inProject } from '../../tools/project.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const NPM = `
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n')
rmSync('node_modules', { recursive: true, force: true })
await new Promise((done) => setTimeout(done, 150))
if (process.env.NPM_FAILS) process.exit(9)
mkdirSync('node_modules')
console.log('added 1 package')
`
const SCRIPT = `
const args: readonly string[] = process.argv.slice(2)
console.log('ran ' + args.join('|'))
if (args[0] === 'wait') {
  process.on('SIGTERM', () => process.exit(33))
  console.log('ready')
  setInterval(() => {}, 1000)
}
process.exitCode = 7
`

async function project(): Promise<string> {
  const root = await temporaryDirectory()
  await mkdir(join(root, 'tools'))
  for (const file of ['bootstrap.mjs', 'file-lock.mjs']) await cp(inProject('tools', file), join(root, 'tools', file))
  await writeFile(join(root, 'tools', 'script.ts'), SCRIPT)
  await writeFile(join(root, 'package.json'), '{"type":"module"}')
  await writeFile(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, 'node_modules/a': { version: '1.0.0' } } }))
  await mkdir(join(root, 'npm'))
  await writeFile(join(root, 'npm', 'npm-cli.js'), NPM)
  return root
}

function start(
  root: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeArgs: readonly string[] = [],
) {
  const { WRANGLER_COMMAND: _, npm_lifecycle_event: __, ...inherited } = process.env
  const child = spawn(process.execPath, [...nodeArgs, 'tools/bootstrap.mjs', 'tools/script.ts', ...args], {
    cwd: root,
    env: { ...inherited, npm_execpath: join(root, 'npm', 'npm-cli.js'), npm_node_execpath: process.execPath, ...env },
  })
  let output = ''
  let printed = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
    printed += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const ended = new Promise<{ code: number | null; output: string; printed: string }>((done) =>
    child.on('close', (code) => done({ code, output, printed })),
  )
  return { child, ended, output: () => output }
}

const run = (root: string, args: readonly string[] = [], env = {}) => start(root, args, env).ended
/** As if the machine were another one. */
function runOn(root: string, platform: string, version: string, args: readonly string[] = []) {
  const change = `Object.defineProperty(process, 'platform', { value: '${platform}' })
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  return start(root, args, {}, ['--import', `data:text/javascript,${encodeURIComponent(change)}`]).ended
}
const npmCalls = async (root: string) =>
  (await readFile(join(root, 'npm-calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean)

describe('bootstrap', () => {
  it('installs once, then runs the script with its arguments and its exit code', async () => {
    const root = await project()
    const first = await run(root, ['a b', '--c'])
    expect(first.code).toBe(7)
    expect(first.output).toContain('ran a b|--c')
    expect((await run(root)).code).toBe(7)
    expect(await npmCalls(root)).toEqual(['ci --include=dev --include=optional --no-audit --no-fund --loglevel=error'])
  })

  it('leaves standard output to the script, while installing too', async () => {
    const { output, printed } = await run(await project(), ['a'])
    expect(output).toContain('added 1 package')
    expect(printed).toBe('ran a\n')
  })

  it('installs again when the lock file has changed, or the packages are gone', async () => {
    const root = await project()
    await run(root)
    await appendFile(join(root, 'package-lock.json'), '\n')
    await run(root)
    await rm(join(root, 'node_modules'), { recursive: true })
    await run(root)
    expect(await npmCalls(root)).toHaveLength(3)
  })

  it('installs once when two start at the same time', async () => {
    const root = await project()
    const both = await Promise.all([run(root, ['one']), run(root, ['two'])])
    expect(both.map(({ code }) => code)).toEqual([7, 7])
    expect(await npmCalls(root)).toHaveLength(1)
  })

  it('believes what npm itself noted about an installation by hand', async () => {
    const root = await project()
    await mkdir(join(root, 'node_modules'))
    await writeFile(join(root, 'node_modules', '.package-lock.json'), '{"packages":{"node_modules/a":{"version":"1.0.0"}}}')
    expect((await run(root)).code).toBe(7)
    expect(await npmCalls(root)).toEqual([])
  })

  it('does not believe a note about other versions', async () => {
    const root = await project()
    await mkdir(join(root, 'node_modules'))
    await writeFile(join(root, 'node_modules', '.package-lock.json'), '{"packages":{"node_modules/a":{"version":"0.9.0"}}}')
    await run(root)
    expect(await npmCalls(root)).toHaveLength(1)
  })

  it("never installs from within wrangler's build hook", async () => {
    const root = await project()
    const { code, output } = await run(root, [], { WRANGLER_COMMAND: 'dev' })
    expect(code).toBe(7)
    expect(output).toContain('run "npm ci"')
    expect(await npmCalls(root)).toEqual([])
  })

  it.each([
    ['darwin', '20.20.2'],
    ['win32', '22.17.1'],
  ])('asks on %s for a newer Node than %s, in one line and before it installs anything', async (platform, version) => {
    const root = await project()
    const { code, output } = await runOn(root, platform, version)
    const asked = `Postern needs Node 22.18 or later on ${platform}-${process.arch}, and this is ${version}: install it from https://nodejs.org`
    expect([code, output]).toEqual([1, `${asked}\n`])
    expect(await npmCalls(root)).toEqual([])
  })

  it('runs scripts with the machine’s own Node where none comes with the packages', async () => {
    const { code, output } = await runOn(await project(), 'darwin', '22.18.0', ['a'])
    expect([code, output]).toEqual([7, expect.stringContaining('ran a')])
  })

  it('ends with the code of an npm that failed, without running the script, and leaves no lock', async () => {
    const root = await project()
    const { code, output } = await run(root, [], { NPM_FAILS: '1' })
    expect(code).toBe(9)
    expect(output).not.toContain('ran')
    expect(existsSync(join(root, '.postern', 'install.lock'))).toBe(false)
  })

  it('hands SIGTERM on to the script', async () => {
    const root = await project()
    const { child, ended, output } = start(root, ['wait'])
    while (!output().includes('ready')) await sleep(20)
    child.kill('SIGTERM')
    expect((await ended).code).toBe(33)
  })

  it.skipIf(process.platform === 'win32')('ends with the shell that npm started it in', async () => {
    const root = await project()
    await run(root)
    const command = `"${process.execPath}" tools/bootstrap.mjs tools/script.ts wait; true`
    const shell = spawn('sh', ['-c', command], { cwd: root, env: { ...process.env, npm_lifecycle_event: 'dev' } })
    let output = ''
    shell.stdout.on('data', (chunk) => {
      output += chunk
    })
    // Closed when the last process that holds it is gone.
    const closed = new Promise((done) => shell.stdout.on('close', done))
    while (!output.includes('ready')) await sleep(20)
    shell.kill('SIGKILL')
    expect(await Promise.race([closed.then(() => 'ended'), sleep(5_000, 'lives on')])).toBe('ended')
  })
})
