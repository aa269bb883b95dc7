// What load is put on: single things the service is made of, and the service.
import type { Endpoint } from './load.ts'
import { bearer, type People } from './people.ts'
import { get } from './shots.ts'
import type { World } from './worlds.ts'

export const FLOOR = {
  empty: 'floor: empty Hono worker',
  jose: 'floor: bare jose verify',
  kv: 'floor: one KV get',
  put: 'floor: one KV put',
  d1: 'floor: one D1 select',
  insert: 'floor: one D1 insert',
  object: 'floor: one object call',
  write: 'floor: one object call that writes',
} as const

export const SIGN_IN = 'POST /login'
export const SIGN_IN_WITHOUT_HASH = 'POST /login, all but the hash'
export const ME_STRICT = 'GET /me, strict'

/** Sign-ins take so much longer than anything else. */
const PATIENCE = 3

export function floorEndpoints(world: World): Endpoint[] {
  const { empty, kv, put, d1, insert, object, write } = FLOOR
  const paths = {
    [empty]: '/',
    [kv]: '/kv',
    [put]: '/put',
    [d1]: '/d1',
    [insert]: '/insert',
    [object]: '/object',
    [write]: '/write',
  }
  return Object.entries(paths).map(([name, path]) => ({ name, world, nextShot: () => get(world.url, path) }))
}

/** @param world whose passwords cost next to nothing, and with a caller */
export function cheapEndpoints(world: World, people: People): Endpoint[] {
  const call = (name: string, path: string): Endpoint => ({
    name,
    world,
    nextShot: (client) => get(world.callerUrl, path, bearer(people.tokenOf(client))),
  })
  return [
    call(FLOOR.jose, '/jose'),
    { name: ME_STRICT, world, nextShot: people.me },
    { name: 'POST /refresh', world, nextShot: people.refresh, learn: people.keepGrant },
    { name: SIGN_IN_WITHOUT_HASH, world, nextShot: people.signIn, patience: PATIENCE },
    call('RPC verifyToken', '/verify-token'),
    call('RPC authenticate, strict', '/authenticate-strict'),
    call('RPC authenticate, edge', '/authenticate-edge'),
    call('client authenticate, token', '/authenticate-token'),
  ]
}

export function meEndpoint(world: World, people: People, freshness: string): Endpoint {
  return { name: `GET /me, ${freshness}`, world, nextShot: people.me }
}

/** @param world with the default hash */
export function fullEndpoints(world: World, people: People): Endpoint[] {
  return [
    { name: SIGN_IN, world, nextShot: people.signIn, patience: PATIENCE },
    { name: 'POST /login, wrong password', world, nextShot: people.mistype, patience: PATIENCE },
  ]
}
