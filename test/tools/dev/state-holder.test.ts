// Two workerd on the same files do not see each other's objects: whoever works on a state holds it.
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { packageVersion } from '../../../tools/dev/local-state.ts'
import { describeLeftOutSettings, describeOldWrangler, findPlainWrangler } from '../../../tools/dev/plain-wrangler.ts'
import {
  findRunningServer,
  findUrlOfTheDead,
  holdStateAsServer,
  holdStateForMoment,
  noteServer,
} from '../../../tools/dev/state-holder.ts'
import { inProject, PROJECT_ROOT, packageFolder, toolPath } from '../../../tools/project.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const URL = 'http://localhost:8787'
const terms = (patience = 5000) => ({ onWait: vi.fn(), patience })
const NOBODY = 2 ** 30

describe('a state directory', () => {
  it('is held by a server that says where it listens, until it ends', async () => {
    const directory = await temporaryDirectory()
    expect(findRunningServer(directory)).toBeNull()
    const end = Promise.withResolvers<number>()
    const serving = holdStateAsServer(directory, URL, () => end.promise, terms())
    await vi.waitFor(() => expect(findRunningServer(directory)).toEqual({ pid: process.pid, url: URL }))
    expect(await holdStateForMoment(directory, async () => 'never')).toBeUndefined()
    end.resolve(7)
    expect(await serving).toBe(7)
    expect(findRunningServer(directory)).toBeNull()
    expect(await holdStateForMoment(directory, async () => 'mine')).toEqual({ value: 'mine' })
  })

  it('is held by one command at a time', async () => {
    const directory = await temporaryDirectory()
    let inside = 0
    const work = async () => {
      inside += 1
      expect(inside).toBe(1)
      await sleep(20)
      inside -= 1
    }
    await Promise.all(Array.from({ length: 5 }, () => holdStateForMoment(directory, work)))
  })

  it('goes from a command that ends to the server that waits, and not to one without patience', async () => {
    const directory = await temporaryDirectory()
    const command = holdStateForMoment(directory, () => sleep(400))
    await sleep(100)
    await expect(holdStateAsServer(directory, URL, async () => 'x', terms(0))).rejects.toThrow('a command works on it already')
    const waiting = terms()
    expect(await holdStateAsServer(directory, URL, async () => 'served', waiting)).toBe('served')
    expect(waiting.onWait).toHaveBeenCalled()
    await command
  })

  it('is free again when the work fails, and when its server has died', async () => {
    const directory = await temporaryDirectory()
    const broken = async () => {
      throw new Error('broken')
    }
    await expect(holdStateAsServer(directory, URL, broken, terms())).rejects.toThrow('broken')
    await noteServer(directory, { pid: NOBODY, url: URL }, terms())
    expect(findRunningServer(directory)).toBeNull()
    expect(findUrlOfTheDead(directory)).toBe(URL)
    await writeFile(join(directory, '.postern-server.json'), 'no json')
    expect(findRunningServer(directory)).toBeNull()
    expect(await holdStateForMoment(directory, async () => 1)).toEqual({ value: 1 })
  })

  it('is no other server’s while one runs that was started without us', async () => {
    const directory = await temporaryDirectory()
    await noteServer(directory, { pid: process.ppid, url: null }, terms())
    const waiting = terms(300)
    await expect(holdStateAsServer(directory, URL, async () => 'x', waiting)).rejects.toThrow(
      `a server (process ${process.ppid}) works on it already`,
    )
    expect(waiting.onWait.mock.calls).toEqual([[`a server (process ${process.ppid})`]])
    expect(existsSync(join(directory, '.postern-server.json'))).toBe(true)
  })

  it('is not taken from a server by one that was started without us, which may note itself as often as it likes', async () => {
    const directory = await temporaryDirectory()
    const plain = { pid: process.ppid, url: null }
    const end = Promise.withResolvers<void>()
    const serving = holdStateAsServer(directory, URL, () => end.promise, terms())
    await vi.waitFor(() => expect(findRunningServer(directory)).not.toBeNull())
    await expect(noteServer(directory, plain, terms(300))).rejects.toThrow(
      `Cannot start on ${directory}: a server at ${URL} (process ${process.pid}) works on it already`,
    )
    expect(findRunningServer(directory)).toEqual({ pid: process.pid, url: URL })
    const waiting = noteServer(directory, plain, terms())
    end.resolve()
    await Promise.all([serving, waiting])
    await noteServer(directory, plain, terms(300))
    expect(findRunningServer(directory)).toEqual(plain)
    await expect(noteServer(directory, { pid: process.pid, url: URL }, terms(300))).rejects.toThrow('works on it already')
  })

  it.runIf(process.platform === 'linux')('is free when the number of its server’s process is another one’s by now', async () => {
    const directory = await temporaryDirectory()
    await noteServer(directory, { pid: process.ppid, url: URL }, terms())
    const note = join(directory, '.postern-server.json')
    const noted = JSON.parse(await readFile(note, 'utf8'))
    await writeFile(note, JSON.stringify({ ...noted, started: String(Number(noted.started) - 1) }))
    expect([findRunningServer(directory), findUrlOfTheDead(directory)]).toEqual([null, URL])
  })
})

describe('findPlainWrangler()', () => {
  const tree =
    (...processes: readonly (readonly string[])[]) =>
    async (pid: number) => {
      const args = processes[pid - 100]
      return args ? { parent: pid + 1, args } : null
    }

  it.each([
    [['node', '/x/wrangler-dist/cli.js', 'dev'], inProject('.wrangler/state'), null, null],
    [['wrangler', 'dev', '-c', 'wrangler.toml', '-c', '../postern/wrangler.toml'], '/caller/.wrangler/state', null, null],
    [['node', '/x/bin/wrangler.js', 'dev', '--port', '8790', '--persist-to=/tmp/x'], '/tmp/x', 8790, null],
    [
      ['wrangler', 'dev', '--persist-to', 'state', '--port=1', '--port', '2', '--local-protocol', 'https'],
      '/caller/state',
      2,
      'https',
    ],
  ])('reads %j', async (args, persistDirectory, port, protocol) => {
    const look = tree(['sh', '-c', 'node tools/bootstrap.mjs'], args)
    expect(await findPlainWrangler(100, look, '/caller')).toMatchObject({ pid: 101, persistDirectory, port, protocol })
  })

  it('knows which configuration of Postern’s it reads, and which environment of it', async () => {
    const read = async (...args: readonly string[]) =>
      findPlainWrangler(100, tree(['sh'], ['wrangler', 'dev', ...args]), PROJECT_ROOT)
    expect(await read()).toMatchObject({ config: null, environment: null })
    expect(await read('-c', '../caller/wrangler.toml', '-c', 'wrangler.toml', '--env', 'staging')).toMatchObject({
      config: inProject('wrangler.toml'),
      environment: 'staging',
    })
    expect(await read('-c=../caller/wrangler.toml', '-e', 'staging')).toMatchObject({ config: null, environment: 'staging' })
  })

  it.each([[['node', 'x.js']], [['node', '/x/wrangler-dist/cli.js', 'deploy']], [['dev']]])('finds none in %j', async (args) => {
    expect(await findPlainWrangler(100, tree(args))).toBeNull()
  })

  it('knows which wrangler it is by its file, and tells one that is older than Postern’s', async () => {
    const found = await findPlainWrangler(100, tree(['sh'], ['node', toolPath('wrangler'), 'dev']), PROJECT_ROOT)
    const own = await packageVersion(packageFolder('wrangler'))
    expect(found?.version).toBe(own)
    expect(describeOldWrangler({ version: own }, own)).toBeNull()
    expect(describeOldWrangler({ version: null }, own)).toBeNull()
    expect(describeOldWrangler({ version: '4.156.0' }, '4.156.2')).toBeNull()
    expect(describeOldWrangler({ version: '5.0.0' }, '4.156.2')).toBeNull()
    expect(describeOldWrangler({ version: '4.80.0' }, '4.156.2')).toMatch(/^This is wrangler 4\.80\.0.*wrangler@4\.156\.2/)
  })

  it('is told where the file that it was given knows nothing of deployment.toml, and which one does', () => {
    const [code, merged] = [inProject('wrangler.toml'), inProject('wrangler.jsonc')]
    expect(describeLeftOutSettings({ config: code }, merged, inProject('..', 'caller'))).toBe(
      `deployment.toml is left out: this wrangler was told to read ../${basename(PROJECT_ROOT)}/wrangler.toml, which knows nothing of it. Name ../${basename(PROJECT_ROOT)}/wrangler.jsonc in its place, and start again`,
    )
    expect(describeLeftOutSettings({ config: merged }, merged)).toBeNull()
    expect(describeLeftOutSettings({ config: null }, merged)).toBeNull()
    expect(describeLeftOutSettings({ config: code }, code)).toBeNull()
  })

  it('asks the system about processes that are there', async () => {
    expect(await findPlainWrangler(process.pid)).toBeNull()
  })
})
