// `npm run user` beside a running server: what it changes counts on the user's very next request, open sessions included.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atOnce, loadHasher } from '../../../bench/local-hasher.ts'
import { mailedToken } from '../../support/e2e/mailed-link.ts'
import { type Server, startServer } from '../../support/e2e/server.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const PASSWORD = 'correct horse battery'

let server: Server

beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server?.stop())

interface Reply {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever a reply says
  readonly body: any
}

async function send(path: string, { token, body }: { token?: string; body?: unknown } = {}): Promise<Reply> {
  const reply = await fetch(`${server.url}/api/v1/auth${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...(token && { Authorization: `Bearer ${token}` }), 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: reply.status, body: await reply.json() }
}

const signIn = (email: string, password = PASSWORD) => send('/login', { body: { email, password } })

/** An account made the way users make theirs, which is quicker than a command. */
async function register(email: string, username: string): Promise<void> {
  await send('/register', { body: { email, username, password: PASSWORD } })
  await send(`/verify-email?token=${await mailedToken(server.url, email)}`)
}

describe('npm run user', () => {
  it('create makes the first user while the server runs, who can sign in by address and by username at once', async () => {
    const names = ['--username', 'Ada Lovelace', '--first-name', 'Ada']
    await server.userWith(PASSWORD, 'create', '--email', 'Ada@Example.com', '--password-stdin', '--verified', ...names)

    const byAddress = await signIn('ada@example.com')
    const byUsername = await send('/login', { body: { username: 'ADA LOVELACE', password: PASSWORD } })

    expect(byAddress.status).toBe(200)
    expect(byAddress.body.user).toMatchObject({
      username: 'Ada Lovelace',
      first_name: 'Ada',
      email_verified: true,
      is_admin: false,
    })
    expect(byUsername.status).toBe(200)
    expect(byUsername.body.user).toEqual(byAddress.body.user)
  })

  it('create prints a password of its own making once where nobody can be asked, and it works', async () => {
    const printed = await server.user('create', '--email', 'made@example.com', '--verified', '--permission', 'systemAdmin')

    const password = printed.match(/^Password \(shown this once\): (\S+)$/m)?.[1]
    // 128 bits at least, six of them a character.
    expect(password).toMatch(/^[\w-]{22,}$/)
    const { status, body } = await signIn('made@example.com', password)
    expect(status).toBe(200)
    expect(body.user).toMatchObject({ is_admin: true, role: 'admin', permissions: ['systemAdmin'] })
  })

  it('create refuses an address that has an account, and changes nothing', async () => {
    await register('taken@example.com', 'taken')

    const again = server.userWith('another password', 'create', '--email', 'TAKEN@example.com', '--password-stdin', '--verified')

    await expect(again).rejects.toThrow('the address has an account already')
    expect((await signIn('taken@example.com')).status).toBe(200)
    expect((await signIn('taken@example.com', 'another password')).status).toBe(401)
  })

  it('list shows everybody, and no hash', async () => {
    await register('listed@example.com', 'listed')

    const printed = await server.user('list', '--json')

    const lines = printed.trim().split('\n')
    const users = lines.map((line) => JSON.parse(line))
    expect(users.find(({ email }) => email === 'listed@example.com')).toMatchObject({ username: 'listed', disabled_at: null })
    expect(printed).not.toMatch(/scrypt|password/)
  })

  it('disable ends the open session, and only the right password hears why', async () => {
    await register('disabled@example.com', 'disabled')
    const { access_token: token, refresh_token } = (await signIn('disabled@example.com')).body
    expect((await send('/me', { token })).status).toBe(200)

    await server.user('disable', '--email', 'disabled@example.com')

    expect((await send('/me', { token })).status).toBe(401)
    expect((await send('/refresh', { body: { refresh_token } })).status).toBe(401)
    expect(await signIn('disabled@example.com')).toMatchObject({ status: 403, body: { code: 'account_disabled' } })
    expect(await signIn('disabled@example.com', 'not this one')).toMatchObject({
      status: 401,
      body: { message: 'Invalid credentials' },
    })
  })

  it('enable lets the user sign in again, but no session from before', async () => {
    await register('enabled@example.com', 'en abled')
    const { access_token: token } = (await signIn('enabled@example.com')).body
    await server.user('disable', '--username', 'en abled')

    await server.user('enable', '--username', 'EN ABLED')

    expect((await send('/me', { token })).status).toBe(401)
    const again = await signIn('enabled@example.com')
    expect(again.status).toBe(200)
    expect((await send('/me', { token: again.body.access_token })).status).toBe(200)
  })

  it('grant and revoke change what the open session may do', async () => {
    await register('granted@example.com', 'granted')
    await register('other@example.com', 'other')
    const { access_token: token } = (await signIn('granted@example.com')).body
    const other = (await signIn('other@example.com')).body.user.id
    const look = () => send(`/sessions?user_id=${other}`, { token })
    expect((await look()).status).toBe(403)

    const permissions = ['--permission', 'systemAdmin', '--permission', 'reports']
    await server.user('grant', '--email', 'granted@example.com', ...permissions)

    expect(await look()).toMatchObject({ status: 200, body: { sessions: [{ current: false }] } })
    const { user } = (await send('/me', { token })).body
    expect([user.is_admin, new Set(user.permissions)]).toEqual([true, new Set(['systemAdmin', 'reports'])])

    await server.user('revoke', '--email', 'granted@example.com', '--permission', 'systemAdmin')

    expect((await look()).status).toBe(403)
    expect((await send('/me', { token })).body.user).toMatchObject({ is_admin: false, role: 'user', permissions: ['reports'] })
  })

  it('import brings users with the hashes they have, who sign in at once, and export writes them out again', async () => {
    const hash = await (await loadHasher()).hash(PASSWORD, { ln: 13, r: 8, p: 10 }, new Uint8Array(16), atOnce)
    const user = {
      email: 'moved@example.com',
      username: 'Moved',
      first_name: null,
      last_name: null,
      hash,
      verified: true,
      permissions: ['reports'],
    }
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'in'), `${JSON.stringify(user)}\n`)

    expect(await server.user('import', join(directory, 'in'))).toContain('Imported 1 user')
    const exported = await server.user('export', join(directory, 'out'))

    const lines = (await readFile(join(directory, 'out'), 'utf8')).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line)).filter(({ email }) => email === user.email)).toMatchObject([user])
    expect(exported).not.toContain('$scrypt$')
    expect((await signIn('moved@example.com')).body.user).toMatchObject({ username: 'Moved', permissions: ['reports'] })
    expect(await server.user('import', join(directory, 'in'))).toContain('Imported 0 users, 1 was there already')
  })

  it('set-password ends the open session and the old password', async () => {
    await register('changed@example.com', 'changed')
    const { access_token: token, refresh_token } = (await signIn('changed@example.com')).body

    await server.userWith('a better password', 'set-password', '--email', 'changed@example.com', '--password-stdin')

    expect((await send('/me', { token })).status).toBe(401)
    expect((await send('/refresh', { body: { refresh_token } })).status).toBe(401)
    expect((await signIn('changed@example.com')).status).toBe(401)
    expect((await signIn('changed@example.com', 'a better password')).status).toBe(200)
  })
})

describe('the admin API', () => {
  it('takes the key that npm run dev has made, finds whom the command line made, and describes itself', async () => {
    await server.userWith(PASSWORD, 'create', '--email', 'found@example.com', '--password-stdin', '--verified')
    const vars = parseEnv(await readFile(join(server.checkout.root, '.dev.vars'), 'utf8'))
    const ask = (path: string, method = 'GET') =>
      fetch(`${server.url}/api/admin/v1${path}`, { method, headers: { Authorization: `Bearer ${vars.ADMIN_KEY}` } })
    const { users } = (await (await ask('/users?search=found@example.com')).json()) as { users: { id: string }[] }
    expect(users).toMatchObject([{ email: 'found@example.com', email_verified: true }])
    expect((await ask(`/users/${users[0]?.id}/disable`, 'POST')).status).toBe(200)
    expect((await signIn('found@example.com')).status).toBe(403)
    const document = await fetch(`${server.url}/api/admin/openapi.json`)
    expect([document.status, Object.keys(((await document.json()) as { paths: object }).paths)]).toEqual([
      200,
      expect.arrayContaining(['/api/admin/v1/users/{id}/unlock']),
    ])
  })
})
