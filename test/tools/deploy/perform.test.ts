// A deploy with a stand-in for wrangler: what it is asked, in which order, and what is kept for the operator's commands.
import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findAdminKeyProblem } from '../../../src/platform/crypto/admin-key.ts'
import { readKeptAdminKey } from '../../../tools/deploy/admin-key.ts'
import { readKeptUrl } from '../../../tools/deploy/kept-url.ts'
import { performDeploy } from '../../../tools/deploy/perform.ts'
import { deployment } from '../../support/deployments.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/** An account of Cloudflare's, as far as a deploy asks for it. */
function account({ isSignedIn = true, fails = '' } = {}) {
  const databases: { uuid: string; name: string }[] = []
  const namespaces: { id: string; title: string }[] = []
  const secrets = new Map<string, string>()
  const asked: string[] = []
  const answer = (stdout = '', code = 0) => ({ code, stdout, stderr: '' })
  const wrangler = async (args: readonly string[], input: string) => {
    const line = args.join(' ')
    asked.push(line)
    if (fails !== '' && line.startsWith(fails)) return answer('it is down', 1)
    if (line === 'whoami --json') return answer(`{"loggedIn":${isSignedIn}}`, isSignedIn ? 0 : 1)
    if (line.startsWith('d1 list')) return answer(`a note\n${JSON.stringify(databases)}`)
    if (line.startsWith('d1 create')) databases.push({ uuid: `id of ${args[2]}`, name: args[2] ?? '' })
    if (line.startsWith('kv namespace list')) return answer(JSON.stringify(namespaces))
    if (line.startsWith('kv namespace create')) namespaces.push({ id: `id of ${args[3]}`, title: args[3] ?? '' })
    if (line.startsWith('secret list')) {
      return secrets.size === 0
        ? answer('Worker "postern" not found', 1)
        : answer(JSON.stringify([...secrets.keys()].map((name) => ({ name }))))
    }
    if (line.startsWith('secret put')) secrets.set(args[2] ?? '', input)
    return answer(line.startsWith('deploy') ? 'Deployed\n  https://postern.some-one.workers.dev\n' : '')
  }
  return { databases, namespaces, secrets, asked, wrangler }
}

const target = (root: string, of: Parameters<typeof deployment>[0] = {}, others = [deployment()]) => ({
  ...{ root, givenUrl: null },
  deployments: { target: deployment(of), others: of.environment ? others : [] },
})

const silent = { say: () => {}, echo: () => {} }

describe('performDeploy()', () => {
  it('makes everything the first time, and keeps the very key that it sets, and where the service answers', async () => {
    const root = await temporaryDirectory()
    const { wrangler, secrets, databases, namespaces, asked } = account()
    const said: string[] = []
    const url = await performDeploy(target(root), { ...silent, wrangler, say: (line) => said.push(line) })
    expect([url, await readKeptUrl(root, null)]).toEqual([url, 'https://postern.some-one.workers.dev'])
    expect([databases, namespaces]).toEqual([
      [{ uuid: 'id of postern', name: 'postern' }],
      [{ id: 'id of postern-sessions', title: 'postern-sessions' }],
    ])
    const settings = await readFile(join(root, 'deployment.toml'), 'utf8')
    expect(settings).toContain('database_id = "id of postern"')
    expect(settings).toContain('id = "id of postern-sessions"')
    const key = await readKeptAdminKey(root, null)
    expect([secrets.get('ADMIN_KEY'), findAdminKeyProblem(key ?? '')]).toEqual([key, null])
    expect(secrets.get('AUTH_SECRET')).toHaveLength(43)
    if (process.platform !== 'win32') expect((await stat(join(root, '.postern', 'admin-key'))).mode & 0o777).toBe(0o600)
    const shown = [...asked, ...said].join('\n')
    for (const secret of secrets.values()) expect(shown).not.toContain(secret)
    expect(asked.at(-1)).toBe(`deploy --minify --var PUBLIC_URL:${url}`)
  })

  it('sets no secret again, and keeps nothing of an account that has them', async () => {
    const root = await temporaryDirectory()
    const { wrangler, secrets, asked } = account()
    await performDeploy(target(root), { ...silent, wrangler })
    const before = new Map(secrets)
    asked.length = 0
    await performDeploy(target(root, { publicUrl: 'https://auth.example.com' }), { ...silent, wrangler })
    expect(secrets).toEqual(before)
    expect(asked.filter((line) => /^(secret put|d1 create|kv namespace create)/.test(line))).toEqual([])
    expect(await readKeptUrl(root, null)).toBe('https://auth.example.com')
  })

  it('keeps a key and an address of its own for each environment', async () => {
    const root = await temporaryDirectory()
    const { wrangler, asked } = account()
    await performDeploy(target(root), { ...silent, wrangler })
    const other = account()
    const staging = target(root, { environment: 'staging' })
    await performDeploy({ ...staging, givenUrl: 'https://staging.example.com' }, { ...silent, wrangler: other.wrangler })
    expect(await readKeptAdminKey(root, 'staging')).not.toBe(await readKeptAdminKey(root, null))
    expect([await readKeptUrl(root, 'staging'), await readFile(join(root, '.postern', 'admin-key'), 'utf8')]).toEqual([
      'https://staging.example.com',
      `${await readKeptAdminKey(root, null)}\n`,
    ])
    expect(asked.some((line) => line.includes('--env'))).toBe(false)
    expect(
      other.asked.filter((line) => /^(secret|deploy|d1 migrations)/.test(line)).every((line) => line.endsWith('--env staging')),
    ).toBe(true)
  })

  it.each([
    ['secret list', "Cannot list the worker's secrets: it is down"],
    ['kv namespace list', "Cannot list the account's namespaces: it is down"],
    ['d1 list', "Cannot list the account's databases: it is down"],
    ['deploy', 'Cannot deploy: "wrangler deploy --minify --keep-vars" failed'],
  ])('sets no secret when "%s" fails', async (fails, sentence) => {
    const root = await temporaryDirectory()
    const { wrangler, secrets } = account({ fails })
    await expect(performDeploy(target(root), { ...silent, wrangler })).rejects.toThrow(sentence)
    expect([secrets.size, await readKeptAdminKey(root, null)]).toEqual([0, null])
  })

  it('deploys once from then on, so that the version before it is that of the deploy before', async () => {
    const root = await temporaryDirectory()
    const { wrangler, asked } = account()
    await performDeploy(target(root), { ...silent, wrangler })
    asked.length = 0
    const ids = { databaseId: 'id of postern', namespaceId: 'id of postern-sessions' }
    const url = await performDeploy(target(root, ids), { ...silent, wrangler })
    expect(asked.filter((line) => line.startsWith('deploy'))).toEqual([`deploy --minify --var PUBLIC_URL:${url}`])
    asked.length = 0
    // Under another name it is at another address, which has to be learned.
    await performDeploy(target(root, { ...ids, workerName: 'auth' }), { ...silent, wrangler })
    expect(asked.filter((line) => line.startsWith('deploy'))).toHaveLength(2)
  })

  it('touches nothing where an environment is not whole, or not apart', async () => {
    const { wrangler, asked } = account()
    const broken = target('x', { environment: 'staging', missingBindings: ['DB'] })
    await expect(performDeploy(broken, { ...silent, wrangler })).rejects.toThrow('Cannot deploy staging: it names no DB')
    expect(asked).toEqual([])
    const shared = target('x', { environment: 'staging', databaseName: 'postern' })
    await expect(performDeploy(shared, { ...silent, wrangler })).rejects.toThrow('the database of the top level')
    expect(asked).toEqual(['whoami --json', 'd1 list --json', 'kv namespace list', 'secret list --format json --env staging'])
  })

  it('does not end the settings of a worker that is deployed already, where they are not here', async () => {
    const root = await temporaryDirectory()
    const { wrangler, asked } = account()
    await performDeploy(target(root), { ...silent, wrangler })
    await rm(join(root, 'deployment.toml'))
    asked.length = 0
    await expect(performDeploy(target(root), { ...silent, wrangler })).rejects.toThrow('postern is deployed already')
    expect(asked.filter((line) => !/list|whoami/.test(line))).toEqual([])
  })

  it('says which vars an environment does not inherit', async () => {
    const { wrangler } = account()
    const said: string[] = []
    const of = target(await temporaryDirectory(), { environment: 'staging', settings: ['SIGN_UP'] }, [
      deployment({ settings: ['SIGN_UP', 'MAIL_FROM'] }),
    ])
    await performDeploy(of, { ...silent, wrangler, say: (line) => said.push(line) })
    expect(said[0]).toBe('staging inherits no vars and no services: MAIL_FROM of the top level are not set in it')
  })

  it('says how to sign in', async () => {
    const { wrangler, asked } = account({ isSignedIn: false })
    await expect(performDeploy(target('x'), { ...silent, wrangler })).rejects.toThrow('Run "npx wrangler login"')
    expect(asked).toEqual(['whoami --json'])
  })

  it('shows what wrangler says where Cloudflare cannot be asked, and takes nobody for signed out by that', async () => {
    const { wrangler, asked } = account({ fails: 'whoami' })
    const shown: string[] = []
    const tools = { ...silent, wrangler, echo: ({ stdout }: { readonly stdout: string }) => void shown.push(stdout) }
    await expect(performDeploy(target('x'), tools)).rejects.toThrow('Cloudflare has not said whose account this is')
    expect([shown, asked]).toEqual([['it is down'], ['whoami --json']])
  })
})
