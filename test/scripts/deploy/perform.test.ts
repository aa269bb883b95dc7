// A deploy with a stand-in for wrangler: what it is asked, in which order, and what is kept for the operator's commands.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readKeptAdminKey } from '../../../scripts/deploy/admin-key.ts'
import { readKeptUrl } from '../../../scripts/deploy/kept-url.ts'
import { type DeployTarget, performDeploy } from '../../../scripts/deploy/perform.ts'
import { findAdminKeyProblem } from '../../../src/platform/admin-key.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

/** An account of Cloudflare's, as far as a deploy asks for it. */
function account({ isSignedIn = true, fails = '' } = {}) {
  const databases: string[] = []
  const secrets = new Map<string, string>()
  const asked: string[] = []
  const answer = (stdout = '', code = 0) => ({ code, stdout, stderr: '' })
  const wrangler = async (args: readonly string[], input: string) => {
    const line = args.join(' ')
    asked.push(line)
    if (fails !== '' && line.startsWith(fails)) return answer('it is down', 1)
    if (line === 'whoami --json') return answer('{}', isSignedIn ? 0 : 1)
    if (line.startsWith('d1 list')) return answer(`a note\n${JSON.stringify(databases.map((name) => ({ name })))}`)
    if (line.startsWith('d1 create')) databases.push(args[2] ?? '')
    if (line.startsWith('secret list')) {
      return secrets.size === 0
        ? answer('Worker "postern" not found', 1)
        : answer(JSON.stringify([...secrets.keys()].map((name) => ({ name }))))
    }
    if (line.startsWith('secret put')) secrets.set(args[2] ?? '', input)
    return answer(line.startsWith('deploy') ? 'Deployed\n  https://postern.some-one.workers.dev\n' : '')
  }
  return { databases, secrets, asked, wrangler }
}

const target = (root: string, of: Partial<DeployTarget> = {}): DeployTarget => ({
  ...{ root, environment: null, databaseName: 'postern', givenUrl: null, configuredUrl: null },
  ...of,
})

const silent = { say: () => {}, echo: () => {} }

describe('performDeploy()', () => {
  it('makes everything the first time, and keeps the very key that it sets, and where the service answers', async () => {
    const root = await temporaryDirectory()
    const { wrangler, secrets, databases, asked } = account()
    const said: string[] = []
    const url = await performDeploy(target(root), { ...silent, wrangler, say: (line) => said.push(line) })
    expect([url, await readKeptUrl(root, null), databases]).toEqual([url, 'https://postern.some-one.workers.dev', ['postern']])
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
    await performDeploy(target(root, { configuredUrl: 'https://auth.example.com' }), { ...silent, wrangler })
    expect(secrets).toEqual(before)
    expect(asked.filter((line) => /^(secret put|d1 create)/.test(line))).toEqual([])
    expect(await readKeptUrl(root, null)).toBe('https://auth.example.com')
  })

  it('keeps a key and an address of its own for each environment', async () => {
    const root = await temporaryDirectory()
    const { wrangler, asked } = account()
    await performDeploy(target(root), { ...silent, wrangler })
    const other = account()
    const staging = { environment: 'staging', databaseName: 'postern-staging', givenUrl: 'https://staging.example.com' }
    await performDeploy(target(root, staging), { ...silent, wrangler: other.wrangler })
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
    ['d1 list', "Cannot list the account's databases: it is down"],
    ['deploy', 'Cannot deploy: "wrangler deploy --minify --keep-vars" failed'],
  ])('sets no secret when "%s" fails', async (fails, sentence) => {
    const root = await temporaryDirectory()
    const { wrangler, secrets } = account({ fails })
    await expect(performDeploy(target(root), { ...silent, wrangler })).rejects.toThrow(sentence)
    expect([secrets.size, await readKeptAdminKey(root, null)]).toEqual([0, null])
  })

  it('says how to sign in', async () => {
    const { wrangler, asked } = account({ isSignedIn: false })
    await expect(performDeploy(target('x'), { ...silent, wrangler })).rejects.toThrow('Run "npx wrangler login"')
    expect(asked).toEqual(['whoami --json'])
  })
})
