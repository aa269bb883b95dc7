// People who use the service under measurement: their accounts, their sessions, and what they ask.
import { Agent } from 'node:http'
import type { ScryptParameters } from '../../src/platform/scrypt.ts'
import { atOnce, loadHasher } from '../local-hasher.ts'
import { fire, get, type Shot } from './shots.ts'
import type { World } from './worlds.ts'

const PASSWORD = 'correct horse battery staple'
const PEOPLE = 32
const PATH = '/api/v1/auth'

interface Grant {
  readonly access_token: string
  readonly refresh_token: string
}

export interface People {
  /** An access token of the one who sits at this client. */
  tokenOf(client: number): string
  me(client: number): Shot
  signIn(client: number): Shot
  mistype(client: number): Shot
  /** @param lastBody what the last refresh of this client answered */
  refresh(client: number, lastBody: string | null): Shot
}

/** Makes accounts and signs each in once. @param parameters what their passwords are hashed with */
export async function settlePeople({ url, miniflare }: World, parameters: ScryptParameters): Promise<People> {
  const hash = await (await loadHasher()).hash(PASSWORD, parameters, new Uint8Array(16), atOnce)
  const emails = Array.from({ length: PEOPLE }, (_, index) => `user${index}@example.com`)
  const database = await miniflare.getD1Database('DB', 'postern')
  const insert = 'INSERT INTO users (id, email, password_hash, email_verified_at, created_at, updated_at) VALUES (?, ?, ?, 1, 1, 1)'
  await database.batch(emails.map((email) => database.prepare(insert).bind(crypto.randomUUID(), email, hash)))

  let addresses = 0
  const login = (client: number, password: string): Shot => {
    addresses += 1
    // From a thousand addresses, none of which comes near a limit: those are as in production, and so is what they cost.
    const headers = { 'CF-Connecting-IP': `10.0.${addresses % 4}.${addresses % 251}` }
    return { ...post(url, '/login', { email: emails[client % PEOPLE], password }), headers }
  }
  const agent = new Agent()
  const grants: Grant[] = []
  for (let client = 0; client < PEOPLE; client += 1) grants.push(JSON.parse(await fire(agent, login(client, PASSWORD))))
  const grantOf = (client: number) => grants[client % PEOPLE] ?? { access_token: '', refresh_token: '' }

  return {
    tokenOf: (client) => grantOf(client).access_token,
    me: (client) => get(url, `${PATH}/me`, bearer(grantOf(client).access_token)),
    signIn: (client) => login(client, PASSWORD),
    mistype: (client) => ({ ...login(client, 'wrong horse'), status: 401 }),
    refresh: (client, lastBody) => {
      const grant = lastBody === null ? grantOf(client) : JSON.parse(lastBody)
      grants[client % PEOPLE] = grant
      return post(url, '/refresh', { refresh_token: grant.refresh_token })
    },
  }
}

export function bearer(token: string): Readonly<Record<string, string>> {
  return { Authorization: `Bearer ${token}` }
}

function post(url: URL, path: string, body: Readonly<Record<string, unknown>>): Shot {
  return { url, method: 'POST', path: `${PATH}${path}`, body: JSON.stringify(body) }
}
