import { describe, expect, it } from 'vitest'
import { BINDINGS, startApp, type TestApp } from '../../support/harness.ts'
import {
  accessShape,
  changeUser,
  createNamed,
  createSignedIn,
  expectData,
  expectRefused,
  signInStable,
  stable,
} from '../../support/http/stable-shapes.ts'

const user = (app: TestApp, name: string, token: string) => stable(app, 'GET', `/user/${name}`, { token })

describe('stable: whoami', () => {
  it('tells the address, the permissions and the session, exactly', async () => {
    const app = await startApp()
    const email = await createNamed(app, 'admin', ['collectionManager', 'systemAdmin'])
    const { token, sessionId } = await signInStable(app, 'ADMIN', { ip: '192.0.2.7' })
    expectData(await stable(app, 'GET', '/whoami', { token }), {
      email,
      grantedAccess: accessShape(app, { id: sessionId, user: 'admin' }),
      permissions: ['collectionManager', 'systemAdmin'],
      sessionId,
    })
  })

  it('answers with a content type and no body, as document 002 calls it', async () => {
    const app = await startApp()
    const { token } = await createSignedIn(app, 'admin')
    const headers = { 'Content-Type': 'application/json' }
    expect((await stable(app, 'GET', '/whoami', { token, headers })).status).toBe(200)
    expect((await stable(app, 'DELETE', '/logout', { token, headers })).status).toBe(200)
  })

  it('refuses at once whom D1 says to be disabled, deleted or signed out everywhere', async () => {
    const set = (assignment: string) => () => changeUser('admin@example.com', assignment)
    const remove = () => BINDINGS.DB.exec('DELETE FROM users')
    for (const refuse of [set('disabled_at = 1'), set('session_epoch = session_epoch + 1'), remove]) {
      const app = await startApp()
      const { token } = await createSignedIn(app, 'admin')
      await refuse()
      const reply = await stable(app, 'GET', '/whoami', { token })
      expectRefused(reply, 403, 'Forbidden')
      expect(reply.headers.get('WWW-Authenticate')).toBeNull()
    }
  })

  it('asks for a token where there is none', async () => {
    const app = await startApp()
    for (const [method, path] of [
      ['GET', '/whoami'],
      ['GET', '/user/admin'],
      ['GET', '/token'],
      ['GET', '/logout'],
      ['DELETE', '/logout'],
    ] as const) {
      const reply = await stable(app, method, path)
      expectRefused(reply, 401, 'Unauthorized')
      expect(reply.headers.get('WWW-Authenticate')).toBe('Bearer realm="postern"')
    }
  })
})

describe('stable: user', () => {
  it('shows oneself, by the name however it is written', async () => {
    const app = await startApp()
    const { token } = await createSignedIn(app, 'Beyhan Oğur', ['reports'])
    // As typed, in upper case, and taken apart with a second space.
    for (const name of ['Beyhan%20O%C4%9Fur', 'BEYHAN%20O%C4%9EUR', 'beyhan%20%20og%CC%86ur']) {
      expectData(await user(app, name, token), { email: 'beyhan-o-ur@example.com', permissions: ['reports'] })
    }
  })

  it.each(['usersManager', 'systemAdmin'])('shows anybody to who has %s', async (permission) => {
    const app = await startApp()
    const email = await createNamed(app, 'some-user', ['collectionManager'])
    const { token } = await createSignedIn(app, 'boss', [permission])
    expectData(await user(app, 'some-user', token), { email, permissions: ['collectionManager'] })
    expectData(await user(app, 'SOME-USER', token), { email, permissions: ['collectionManager'] })
    expectRefused(await user(app, 'nobody', token), 404, 'Not found')
  })

  it('tells nobody else whether there is such a user', async () => {
    const app = await startApp()
    await createNamed(app, 'some-user')
    const { token } = await createSignedIn(app, 'plain', ['admin', 'SystemAdmin', 'usersmanager'])
    for (const name of ['some-user', 'nobody', '%FF', '%00', 'a%2Fb', 'plain%20x', '..%2Fplain', 'some-user@example.com']) {
      expectRefused(await user(app, name, token), 403, 'Forbidden')
    }
  })

  it.each(['%FF', '%', '%00', 'a%2Fb', '%20', 'x'.repeat(65), '%F0%9F%92%A9', '%ED%A0%80', 'a@example.com', '__proto__'])(
    'knows nobody of the name %j',
    async (name) => {
      const app = await startApp()
      const { token } = await createSignedIn(app, 'boss', ['systemAdmin'])
      expectRefused(await user(app, name, token), 404, 'Not found')
    },
  )

  it('goes by the permissions of the moment', async () => {
    const app = await startApp()
    await createNamed(app, 'some-user')
    const { token } = await createSignedIn(app, 'boss', ['usersManager'])
    await changeUser('boss@example.com', `permissions = '[]'`)
    expectRefused(await user(app, 'some-user', token), 403, 'Forbidden')
  })
})
