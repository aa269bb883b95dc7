// For each field that an endpoint reads, what gets past its door: oddness that is refused at once proves little.

import { tokensIn } from '../../support/fixtures.ts'
import { PASSWORD, type TestApp } from '../../support/harness.ts'
import type { Person } from '../attack/scene.ts'
import { PIN } from '../attack/scene.ts'
import type { Endpoint } from './endpoints.ts'

let count = 0

const fresh = (what: string) => {
  count += 1
  return `${what}-${count}`
}

/** By the name of the field. One that is not here gets `x`. */
const VALUES: Readonly<Record<string, (person: Person) => unknown>> = {
  email: ({ email }) => email,
  to: ({ email }) => email,
  username: ({ username }) => username,
  userName: ({ username }) => username,
  name: ({ username }) => username,
  password: () => PASSWORD,
  current_password: () => PASSWORD,
  new_password: () => 'a new one, and a good one',
  pin: () => PIN,
  end_other_credentials: () => false,
  refresh_token: ({ refresh }) => refresh,
  user_id: ({ id }) => id,
  id: ({ sessionId }) => sessionId,
  sessionId: ({ stable }) => JSON.parse(atob(stable.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '')).sid,
  cursor: () => undefined,
  operationsScope: () => null,
  limit: () => '10',
  file: () => 'swagger-ui.css',
  lang: () => 'tr',
  new: () => '1',
}

/** Where a field is right by another value than elsewhere. */
const HERE: Readonly<Record<string, Readonly<Record<string, () => string | undefined>>>> = {
  '/api/v1/auth/register': { email: () => `${fresh('new')}@example.com`, username: () => fresh('new') },
  '/api/v1/auth/change-email': { email: () => `${fresh('moved')}@example.com` },
  '/api/v1/auth/me': { username: () => fresh('renamed') },
  '/api/v1/auth/reset-password': { password: () => 'a new one, and a good one' },
  '/reset-password': { password: () => 'a new one, and a good one' },
}

export async function rightValues(app: TestApp, endpoint: Endpoint, person: Person): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  for (const field of [...endpoint.inPath, ...endpoint.inQuery, ...endpoint.inBody]) {
    const make = HERE[endpoint.route]?.[field] ?? VALUES[field]
    values[field] = field === 'token' ? await mailedLink(app, endpoint.route, person) : make ? make(person) : 'x'
  }
  return values
}

/** A link of the kind that is read there, on its way to somebody. */
async function mailedLink(app: TestApp, route: string, { email, access }: Person): Promise<string | undefined> {
  const kind = route.split('/').at(-1)
  const other = `${fresh('other')}@example.com`
  if (kind === 'reset-password') await app.v1('POST', '/forgot-password', { body: { email } })
  else if (kind === 'verify-email') await app.v1('POST', '/register', { body: { email: other, password: PASSWORD } })
  else await app.v1('POST', '/change-email', { token: access, body: { email: other, password: PASSWORD } })
  if (kind === 'undo-email-change') {
    await app.v1('POST', '/confirm-email-change', { body: { token: tokensIn(await app.mailTo(other))[0] } })
  }
  const isToOwner = kind === 'reset-password' || kind === 'undo-email-change'
  return tokensIn(await app.mailTo(isToOwner ? email : other))[0]
}
