// People who use the service under measurement: their accounts, their sessions, and what they ask.
import { Agent } from 'node:http'
import type { ScryptParameters } from '../../src/platform/hashing/scrypt.ts'
import { atOnce, loadHasher } from '../local-hasher.ts'
import { fire, get, type Shot } from './shots.ts'
import { insertUsers, type World } from './worlds.ts'

const PASSWORD = 'correct horse battery staple'
/** Who stays signed in, one a client. */
const PEOPLE = 16
/** Who signs in again and again, each from home: others, since a hundred sessions later one's first would be ended. */
const VISITORS = 16
/** Where wrong passwords come from: so many that no limit is met. Those are as in production. */
const STRANGE_ADDRESSES = 250
const PATH = '/api/v1/auth'

interface Grant {
  readonly access_token: string
  readonly refresh_token: string
}

export interface People {
  /** An access token of the one who sits at this client. */
  tokenOf(client: number): string
  me(client: number): Shot
  signIn(): Shot
  mistype(): Shot
  refresh(client: number): Shot
  /** Keeps what a refresh answered, for the next one. */
  keepGrant(client: number, body: string): void
}

/** Makes accounts, and signs those in who stay. @param parameters what their passwords are hashed with */
export async function settlePeople(world: World, parameters: ScryptParameters): Promise<People> {
  const { url } = world
  const hash = await (await loadHasher()).hash(PASSWORD, parameters, new Uint8Array(16), atOnce)
  const emails = Array.from({ length: PEOPLE + VISITORS }, (_, index) => `user${index}@example.com`)
  await insertUsers(world, emails, hash)

  let visits = 0
  const login = (person: number, password: string, address = `10.0.0.${person}`): Shot => {
    return { ...post(url, '/login', { email: emails[person], password }), headers: { 'CF-Connecting-IP': address } }
  }
  const nextVisitor = () => {
    visits += 1
    return PEOPLE + (visits % VISITORS)
  }
  const agent = new Agent()
  const grants: Grant[] = []
  for (let person = 0; person < PEOPLE; person += 1) grants.push(JSON.parse(await fire(agent, login(person, PASSWORD))))
  const grantOf = (client: number) => grants[client % PEOPLE] ?? { access_token: '', refresh_token: '' }

  return {
    tokenOf: (client) => grantOf(client).access_token,
    me: (client) => get(url, `${PATH}/me`, bearer(grantOf(client).access_token)),
    signIn: () => login(nextVisitor(), PASSWORD),
    mistype: () => ({ ...login(nextVisitor(), 'wrong horse', `10.0.1.${visits % STRANGE_ADDRESSES}`), status: 401 }),
    refresh: (client) => post(url, '/refresh', { refresh_token: grantOf(client).refresh_token }),
    keepGrant: (client, body) => {
      grants[client % PEOPLE] = JSON.parse(body)
    },
  }
}

export function bearer(token: string): Readonly<Record<string, string>> {
  return { Authorization: `Bearer ${token}` }
}

function post(url: URL, path: string, body: Readonly<Record<string, unknown>>): Shot {
  return { url, method: 'POST', path: `${PATH}${path}`, body: JSON.stringify(body) }
}
