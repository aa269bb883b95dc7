import { expect, it } from 'vitest'
import { startApp } from '../support/harness.ts'

it('registers, confirms, signs in, refreshes and signs out', async () => {
  const app = await startApp()
  const email = await app.createAccount({ username: 'Beyhan Oğur' })
  const grant = await app.signIn(email)
  expect((await app.v1('GET', '/me', { token: grant.access_token })).body.user).toMatchObject({ email, username: 'Beyhan Oğur' })
  const refreshed = await app.v1('POST', '/refresh', { body: { refresh_token: grant.refresh_token } })
  expect(refreshed.status).toBe(200)
  expect((await app.v1('POST', '/logout', { token: refreshed.body.access_token })).body).toEqual({ message: 'Logged out' })
  expect((await app.v1('GET', '/me', { token: grant.access_token })).status).toBe(401)
})
