// docs/deploying.md from its first command to its last, by the real wrangler, against a stand-in for Cloudflare: a clone is deployed, gets a domain
// and a second environment, is upgraded by `git pull`, and rolled back. Each test goes on from the one before.
import { execFile } from 'node:child_process'
import { appendFile, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inProject } from '../../../tools/project.ts'
import { bindingOf, servingVersion } from '../../support/cloudflare/account.ts'
import { type Cloudflare, startCloudflare } from '../../support/cloudflare/cloudflare.ts'
import { cloneCheckout, makeTemporaryDirectory } from '../../support/e2e/checkout.ts'
import { cleanEnvironment, findFreePort, serve } from '../../support/e2e/server.ts'

const DOMAIN = 'auth.example.com'
const NEXT_MIGRATION = '9000_of_the_next_version.sql'

let directory = ''
let upstream = ''
let root = ''
let page = ''
let cloudflare: Cloudflare

beforeAll(async () => {
  directory = await makeTemporaryDirectory()
  cloudflare = await startCloudflare(directory, [DOMAIN])
  page = await readFile(inProject('docs', 'deploying.md'), 'utf8')
  upstream = (await cloneCheckout()).root
  await rm(join(upstream, 'node_modules'))
  await run('git init -q && git add . && git commit -qm "This version"', upstream)
  root = join(directory, 'clone')
  await run(`git clone -q ${upstream} ${root} && echo node_modules >> ${root}/.git/info/exclude`, directory)
  await symlink(inProject('node_modules'), join(root, 'node_modules'), 'dir')
})
afterAll(async () => {
  await cloudflare?.[Symbol.asyncDispose]()
  for (const folder of [directory, upstream]) await rm(folder, { recursive: true, force: true, maxRetries: 3 })
})

/** @returns what it printed @throws with that, where it fails */
async function run(script: string, cwd = root): Promise<string> {
  const [name, email] = ['Example', 'ops@example.com']
  const git = { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email }
  const env = { ...cleanEnvironment(), ...cloudflare.environment, ...git }
  const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-euc', script], { cwd, env, maxBuffer: 2 ** 24 })
  return stdout + stderr
}

/** The blocks of a section of the page, in order. */
function blocksOf(title: string, language: 'sh' | 'toml'): readonly [string, ...string[]] {
  const [, section = ''] = page.split(`\n## ${title}\n`)
  const text = section.split('\n## ')[0] ?? ''
  const [first, ...others] = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, of, block = '']) =>
    of === language ? [block] : [],
  )
  if (first === undefined) throw new Error(`"${title}" has no ${language}`)
  return [first, ...others]
}

const paste = (title: string) => run(blocksOf(title, 'sh').join(''))
const readSettings = () => readFile(join(root, 'deployment.toml'), 'utf8')
const changeSettings = async (change: (before: string) => string) =>
  writeFile(join(root, 'deployment.toml'), change(await readSettings()))
const production = () => cloudflare.account.workers.get('postern')
const staging = () => cloudflare.account.workers.get('postern-staging')
const textOf = (worker: ReturnType<typeof production>, name: string) => bindingOf(worker, name)?.text
const idOf = (title: string) => cloudflare.account.namespaces.find((each) => each.title === title)?.id
const databaseOf = (name: string) => cloudflare.account.databases.find((each) => each.name === name)?.id ?? ''
const rowsOf = async (name: string, sql: string) =>
  ((await cloudflare.account.query(databaseOf(name), sql, [])) as { results: unknown }).results

/** What was asked to be changed while `work` ran. */
async function changesDuring(work: () => Promise<unknown>): Promise<readonly string[]> {
  const before = cloudflare.asked.length
  await work()
  return cloudflare.asked.slice(before).filter((line) => !line.startsWith('GET '))
}

// A deploy is a dozen commands of wrangler, each of which takes seconds to start on a busy machine.
describe('a deployment, by the commands of docs/deploying.md', { timeout: 300_000 }, () => {
  it('is made with its first user, and its ids are noted where git does not look', async () => {
    await run('npm run -s user -- create --email before@example.com --verified')
    const output = await paste('The first deploy')
    expect(output).toContain('Smoke test passed')
    expect(output).toContain('Created you@example.com')
    expect(cloudflare.account.databases.map(({ name }) => name)).toEqual(['postern'])
    expect(cloudflare.account.namespaces.map(({ title }) => title)).toEqual(['postern-sessions'])
    expect(bindingOf(production(), 'DB')).toMatchObject({ id: databaseOf('postern') })
    expect(bindingOf(production(), 'SESSIONS')).toMatchObject({ namespace_id: idOf('postern-sessions') })
    expect(['AUTH_SECRET', 'ADMIN_KEY'].map((name) => bindingOf(production(), name)?.type)).toEqual(['secret_text', 'secret_text'])
    expect(textOf(production(), 'PUBLIC_URL')).toBe('https://postern.example.workers.dev')
    expect(await readSettings()).toContain(`database_id = "${databaseOf('postern')}"`)
    expect(await readSettings()).toContain(`id = "${idOf('postern-sessions')}"`)
    for (const name of ['AUTH_SECRET', 'ADMIN_KEY'])
      expect(output + (await readSettings())).not.toContain(textOf(production(), name))
    expect(await run('git status --porcelain')).toBe('')
  })

  it('moves to a domain of its own, with the data that it has', async () => {
    const [settings] = blocksOf('A custom domain', 'toml')
    await changeSettings((before) => `${settings}\n${before}`)
    expect(await paste('A custom domain')).toContain('Smoke test passed')
    expect([production()?.domains, production()?.hasWorkersDev]).toEqual([[DOMAIN], false])
    expect([textOf(production(), 'PUBLIC_URL'), textOf(production(), 'MAIL_FROM')]).toEqual([
      `https://${DOMAIN}`,
      'no-reply@example.com',
    ])
    expect(cloudflare.account.databases).toHaveLength(1)
    expect(await rowsOf('postern', 'SELECT email FROM users')).toEqual([{ email: 'you@example.com' }])
    expect((await cloudflare.ask(`https://${DOMAIN}/healthz`)).status).toBe(200)
  })

  it('gets a second environment that has nothing of the first, and touches nothing of it', async () => {
    const [settings] = blocksOf('Two environments', 'toml')
    await changeSettings((before) => `${before}\n${settings}`)
    const version = servingVersion(production())
    const asked = await changesDuring(async () => {
      const output = await paste('Two environments')
      expect(output).toContain('staging inherits no vars and no services: PUBLIC_URL, MAIL_FROM of the top level are not set in it')
      expect(output).toContain('Smoke test passed')
    })
    expect(asked.filter((line) => /\/scripts\/postern(\/|$)/.test(line) || line.includes(databaseOf('postern')))).toEqual([])
    expect([servingVersion(production()), production()?.domains]).toEqual([version, [DOMAIN]])
    expect(bindingOf(staging(), 'DB')).toMatchObject({ id: databaseOf('postern-staging') })
    expect(bindingOf(staging(), 'SESSIONS')).toMatchObject({ namespace_id: idOf('postern-staging-sessions') })
    expect(staging()?.domains).toEqual([])
    expect(textOf(staging(), 'ADMIN_KEY')).not.toBe(textOf(production(), 'ADMIN_KEY'))
    expect([textOf(staging(), 'SIGN_UP'), textOf(production(), 'SIGN_UP')]).toEqual(['closed', undefined])
    expect(await rowsOf('postern-staging', 'SELECT count(*) AS users FROM users')).toEqual([{ users: 1 }])
  })

  it('refuses an environment with the database of production, and changes nothing', async () => {
    const settings = await readSettings()
    await changeSettings((before) => before.replace(databaseOf('postern-staging'), databaseOf('postern')))
    const asked = await changesDuring(async () => {
      await expect(run('npm run -s deploy -- --env staging')).rejects.toThrow(
        /Cannot deploy staging: the database \S+ is called postern, and/,
      )
      await changeSettings((before) => `${before}\n[[env.staging.d1_databases]]\nbinding = "DB"\ndatabase_name = "postern"\n`)
      await expect(run('npm run -s deploy -- --env staging')).rejects.toThrow('it has the database of the top level')
    })
    await writeFile(join(root, 'deployment.toml'), settings)
    expect(asked).toEqual([])
  })

  it('refuses an environment of wrangler.toml without bindings before it asks anything', async () => {
    await using other = await cloneCheckout()
    await appendFile(join(other.root, 'wrangler.toml'), '\n[env.staging.vars]\nSIGN_UP = "closed"\n')
    const before = cloudflare.asked.length
    const sentence = /it names no DB, SESSIONS, SESSION_LEDGER, LOGIN_LIMITER, EMAIL, and environments inherit no bindings/
    await expect(run('npm run -s deploy -- --env staging', other.root)).rejects.toThrow(sentence)
    expect(cloudflare.asked).toHaveLength(before)
  })

  it('is upgraded by a pull and a deploy: migrated first, and with its settings', async () => {
    await appendFile(join(upstream, 'wrangler.toml'), '\n[vars]\nUPGRADED = "yes"\n')
    await writeFile(join(upstream, 'migrations', NEXT_MIGRATION), 'CREATE TABLE upgraded (id INTEGER PRIMARY KEY);\n')
    await run('git add . && git commit -qm "The next version"', upstream)
    const output = await paste('An upgrade')
    expect(output).toContain('Smoke test passed')
    expect(output.split(NEXT_MIGRATION).length).toBeGreaterThan(2)
    expect(textOf(production(), 'UPGRADED')).toBe('yes')
    expect([textOf(production(), 'PUBLIC_URL'), production()?.domains]).toEqual([`https://${DOMAIN}`, [DOMAIN]])
    const tables = "SELECT name FROM sqlite_master WHERE name = 'upgraded'"
    expect(await rowsOf('postern', tables)).toEqual([{ name: 'upgraded' }])
    expect(await rowsOf('postern-staging', tables)).toEqual([])
    expect(await run('git status --porcelain')).toBe('')
  })

  it('is rolled back to the version before, which runs on the new schema', async () => {
    await paste('A roll-back')
    expect(textOf(production(), 'UPGRADED')).toBeUndefined()
    expect(textOf(production(), 'PUBLIC_URL')).toBe(`https://${DOMAIN}`)
    expect((await cloudflare.ask(`https://${DOMAIN}/readyz`)).status).toBe(200)
    expect(await rowsOf('postern', 'SELECT email FROM users')).toEqual([{ email: 'you@example.com' }])
  })

  it('is worked on locally: on a database by its id, and with the one before', async () => {
    const develop = async (command: string, args: readonly string[], work: (url: string) => Promise<void> = async () => {}) => {
      const port = await findFreePort()
      const serving = await serve(command, [...args, '--port', String(port)], { root, port })
      try {
        await work(`http://localhost:${port}`)
      } finally {
        await serving.stop()
      }
    }
    const list = (...of: readonly string[]) => run(['npm run -s user -- list', ...of].join(' '))
    await develop('npm', ['run', 'dev', '--'], async (url) => {
      expect((await fetch(`${url}/dev/mailbox`)).status).toBe(200)
      expect(await list()).not.toContain('before@example.com')
    })
    const [settings] = blocksOf('Local development', 'toml')
    await changeSettings((before) => `${before}\n${settings}`)
    // Changed since the last "npm run" command: wrangler alone says so, and reads it the next time.
    const late = /deployment\.toml has changed since this command read the configuration/
    await expect(run('npx --no-install wrangler deploy --dry-run --outdir out')).rejects.toThrow(late)
    await develop('npx', ['--no-install', 'wrangler', 'dev', '--inspector-port', '0'], async () => {
      expect(await list()).toContain('before@example.com')
    })
    expect(await list('--env staging')).not.toContain('before@example.com')
  })

  it('asked Cloudflare for nothing that the stand-in does not know', () => {
    expect(cloudflare.unexpected).toEqual([])
  })
})
