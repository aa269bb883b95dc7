// The operator's commands as processes: on state that no server runs on, beside a `wrangler dev` that nobody announced, at an address, and
// what they do to pipes and exit codes.
import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findOrphans } from '../../../tools/dev/state-orphans.ts'
import { type Checkout, cloneCheckout } from '../../support/e2e/checkout.ts'
import { findProcesses, listProcesses } from '../../support/e2e/processes.ts'
import { cleanEnvironment, findFreePort, serve } from '../../support/e2e/server.ts'

const PASSWORD = 'four unusual words here'

let checkout: Checkout
let state = ''

beforeAll(async () => {
  checkout = await cloneCheckout()
  state = join(checkout.root, 'state')
})
afterAll(() => checkout?.[Symbol.asyncDispose]())

interface Ended {
  readonly code: number
  readonly out: string
  readonly told: string
}

const run = (script: string, args: readonly string[], given: Given = {}): Promise<Ended> =>
  runCommand('npm', ['run', '--silent', script, '--', ...args], given)

interface Given {
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Never throws. @param input for standard input, which is a pipe */
function runCommand(command: string, args: readonly string[], { input = '', env = {} }: Given = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      command,
      args,
      { cwd: checkout.root, env: { ...cleanEnvironment(), ...env }, maxBuffer: 1e8 },
      (error, out, told) => resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, told }),
    )
    child.stdin?.end(input)
  })
}

/** What nobody's end takes along. */
async function endListener(port: number): Promise<void> {
  for (const { pid, command } of await listProcesses()) {
    if (command.includes(checkout.root) && command.includes(String(port))) process.kill(pid, 'SIGTERM')
  }
  await expect
    .poll(
      () =>
        fetch(`http://localhost:${port}/healthz`).then(
          () => 'up',
          () => 'down',
        ),
      { timeout: 20_000 },
    )
    .toBe('down')
}

const ORPHAN = /still works on it, though what started it is gone\. End it: kill (\d+)/

/** As the sentence says. */
function endOrphans(told: string): void {
  process.kill(Number(ORPHAN.exec(told)?.[1]), 'SIGTERM')
}

const user = (...args: readonly string[]) => run('user', [...args, '--persist-to', state])

describe('npm run user without a server', () => {
  it('starts the worker for the moment, leaves nothing running, and a server finds what was done', async () => {
    const made = await run(
      'user',
      ['create', '--email', 'ada@example.com', '--verified', '--password-stdin', '--persist-to', state],
      {
        input: `${PASSWORD}\n`,
      },
    )
    expect([made.code, made.told]).toEqual([0, ''])
    expect(made.out).toMatch(/^Created ada@example\.com \(\S+\)\n$/)
    expect(await findProcesses(state)).toEqual([])
    expect((await readdir(state)).filter((name) => /server/.test(name))).toEqual([])
    const port = await findFreePort()
    const serving = await serve('npm', ['run', 'dev', '--', '--port', String(port), '--persist-to', state], {
      root: checkout.root,
      port,
    })
    try {
      const lines = serving.output().split('\n')
      const ready = lines.findIndex((line) => line.includes('Ready on'))
      await expect.poll(() => serving.output()).toContain('First user')
      expect(serving.output()).toContain(`  Mailbox        http://localhost:${port}/dev/mailbox\n`)
      expect(serving.output().indexOf('API reference')).toBeGreaterThan(serving.output().indexOf(lines[ready] ?? 'Ready on'))
      const signIn = await fetch(`http://localhost:${port}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email: 'ada@example.com', password: PASSWORD }),
      })
      expect(signIn.status).toBe(200)
      expect((await user('sessions', '--email', 'ada@example.com', '--json')).out.trim().split('\n')).toHaveLength(1)
    } finally {
      await serving.stop()
    }
    expect(existsSync(join(state, '.postern-server.json'))).toBe(false)
  })

  it('lets several commands at once work one after the other', async () => {
    const names = ['b', 'c', 'd']
    const made = await Promise.all(names.map((name) => user('create', '--email', `${name}@example.com`, '--json')))
    expect(made.map(({ code }) => code)).toEqual([0, 0, 0])
    const listed = (await user('list', '--json')).out.trim().split('\n')
    expect(listed.map((line) => JSON.parse(line).email)).toEqual(['ada@example.com', ...names.map((name) => `${name}@example.com`)])
  })

  it('takes users from a pipe and gives them to one, with no hash or password on any command line', async () => {
    const hash = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'
    const lines = Array.from({ length: 3000 }, (_, index) => {
      return `${JSON.stringify({ id: index, email: `u${index}@example.com`, ...(index % 100 === 0 && { hash }) })}\n`
    }).join('')
    const seen: string[] = []
    const watch = setInterval(async () => void seen.push(...(await findProcesses(checkout.root))), 50)
    const imported = await run('user', ['import', '-', '--persist-to', state], { input: lines })
    await run('user', ['set-password', '--email', 'b@example.com', '--password-stdin', '--persist-to', state], { input: PASSWORD })
    clearInterval(watch)
    expect(seen.some((line) => line.includes('set-password'))).toBe(true)
    expect(seen.filter((line) => line.includes(hash.slice(7)) || line.includes(PASSWORD) || line.length > 8000)).toEqual([])
    expect(imported.out).toContain('Imported 3000 users, 0 were there already\n')
    const exported = await user('export', '-')
    expect([exported.code, exported.out.trim().split('\n').length, exported.told]).toEqual([0, 3004, 'Exported 3004 users\n'])
  })

  it.each(['list --json', 'list', 'export -'])('is no failure when whoever reads has seen enough: %s', async (what) => {
    const command = `npm run --silent user -- ${what} --persist-to '${state}' | head -1; echo "codes \${PIPESTATUS[*]}"`
    const child = spawn('bash', ['-c', command], { cwd: checkout.root, env: cleanEnvironment() })
    let [out, told] = ['', '']
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (told += chunk))
    await new Promise((resolve) => child.once('close', resolve))
    expect([out.split('\n').length, told]).toEqual([3, ''])
    expect(out).toContain('codes 0 0')
  })
})

describe.runIf(process.platform === 'linux')('npm run user whose output cannot be written', () => {
  const full = (what: string) => runCommand('bash', ['-c', `npm run --silent user -- ${what} --persist-to '${state}' > /dev/full`])

  it('fails, and says that a password which it made up is lost', async () => {
    expect(await full('list')).toMatchObject({ code: 1, told: 'Cannot write to standard output: the disk is full\n' })
    const reset = await full('set-password --email b@example.com')
    expect([reset.code, reset.told]).toEqual([1, expect.stringContaining('the disk is full')])
    expect(reset.told).toContain('The password that was made up is lost: set another one')
  })
})

describe('a command that is killed', () => {
  it('leaves a worker behind that no other command and no server starts beside', async () => {
    const child = spawn('npm', ['run', '--silent', 'user', '--', 'import', '-', '--persist-to', state], {
      cwd: checkout.root,
      env: cleanEnvironment(),
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    await expect.poll(() => findOrphans(state), { timeout: 20_000 }).toHaveLength(1)
    const { pid } = JSON.parse(await readFile(join(state, '.postern-server.lock'), 'utf8'))
    process.kill(pid, 'SIGKILL')
    child.stdin.destroy()
    const refused = await user('list')
    expect([refused.code, refused.told]).toEqual([1, expect.stringMatching(ORPHAN)])
    endOrphans(refused.told)
    expect((await user('list')).code).toBe(0)
  })
})

describe('a state that a server serves', () => {
  it('is served by no other, however it is started, and by none while one goes on that lost its parent', async () => {
    const port = await findFreePort()
    const serving = await serve('npm', ['run', 'dev', '--', '--port', String(port), '--persist-to', state], {
      root: checkout.root,
      port,
    })
    try {
      const { pid } = JSON.parse(await readFile(join(state, '.postern-server.json'), 'utf8'))
      const other = await findFreePort()
      const plain = ['--no-install', 'wrangler', 'dev', '--port', String(other), '--inspector-port', '0', '--persist-to', state]
      const refused = await runCommand('npx', plain)
      expect(refused.code).not.toBe(0)
      expect(refused.out + refused.told).toContain(`a server at http://localhost:${port} (process ${pid}) works on it already`)
      expect(JSON.parse(await readFile(join(state, '.postern-server.json'), 'utf8')).pid).toBe(pid)
      process.kill(pid, 'SIGKILL')
      const listed = await user('list')
      expect([listed.code, listed.told]).toEqual([1, expect.stringMatching(ORPHAN)])
      const started = await run('dev', ['--port', String(other), '--persist-to', state])
      expect([started.code, started.told]).toEqual([1, expect.stringMatching(ORPHAN)])
      const again = await runCommand('npx', plain)
      expect(again.out + again.told).toMatch(ORPHAN)
      endOrphans(listed.told)
      await expect.poll(() => findOrphans(state), { timeout: 20_000 }).toEqual([])
      expect((await user('list')).code).toBe(0)
    } finally {
      await endListener(port)
      await serving.stop()
    }
  })
})

describe('exit codes', () => {
  it.each([
    ['user', ['--help'], 0, /^Usage: npm run user/, ''],
    ['audit', ['--help'], 0, /^Usage: npm run audit/, ''],
    ['mail', ['-h'], 0, /^Usage: npm run mail/, ''],
    ['user', ['frob'], 2, /^$/, 'Unknown command frob\nSee "npm run user -- --help"\n'],
    [
      'user',
      ['show', '--email', 'x@example.com', '--url', 'http://127.0.0.1:9'],
      1,
      /^$/,
      'Cannot reach http://127.0.0.1:9: bad port\n',
    ],
  ])('%s %j ends with %i', async (script, args, code, out, told) => {
    const ended = await run(script, args)
    expect([ended.code, ended.told]).toEqual([code, told])
    expect(ended.out).toMatch(out)
  })
})

describe('beside a wrangler dev that was started without us', () => {
  it('finds where it listens by its keys, asks it, and starts no second one', async () => {
    // Its default port may be anybody's on this machine, so that wrangler takes another one or not: both are found, or told.
    const args = [
      '--no-install',
      'wrangler',
      'dev',
      '--inspector-port',
      '0',
      '--persist-to',
      state,
      '--show-interactive-dev-session=false',
    ]
    const port = await findFreePort()
    const serving = await serve('npx', [...args, '--port', String(port)], { root: checkout.root, port })
    try {
      const note = JSON.parse(await readFile(join(state, '.postern-server.json'), 'utf8'))
      expect(note.url).toBe(`http://localhost:${port}`)
      const { ADMIN_KEY: key } = parseEnv(await readFile(join(checkout.root, '.dev.vars'), 'utf8'))
      expect((await user('disable', '--email', 'b@example.com')).out).toBe('Disabled b@example.com: all sessions ended\n')
      // The server that runs has seen it, not only the files.
      const log = () => serving.output()
      expect(log()).toContain('"what":"account_disabled"')
      const at = await run('user', ['show', '--email', 'b@example.com', '--url', `http://localhost:${port}`], {
        env: { POSTERN_ADMIN_KEY: key ?? '' },
      })
      expect(at.out).toContain('The account is disabled.')
      const wrong = await run('user', ['list', '--url', `http://localhost:${port}`], {
        env: { POSTERN_ADMIN_KEY: `padm_${'q7Rk2Vw9Lm4Xc8Zt1Hs6Pd3Gb5Nf0Jyq7Rk2Vw9Lm4Xd'}` },
      })
      expect([wrong.code, wrong.told]).toEqual([1, `http://localhost:${port} does not take this admin key\n`])
      const second = await run('dev', ['--port', String(await findFreePort()), '--persist-to', state])
      expect([second.code, second.told]).toEqual([1, expect.stringContaining(`a server at http://localhost:${port}`)])
    } finally {
      await serving.stop()
    }
  })
})
