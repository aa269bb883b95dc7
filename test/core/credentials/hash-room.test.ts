import { describe, expect, it } from 'vitest'
import { hashInTurn } from '../../../src/core/credentials/hash-room.ts'
import { HashQueue } from '../../../src/platform/hashing/hash-queue.ts'
import { Unavailable } from '../../../src/platform/runtime/deadline.ts'
import { anyAddress, PASSWORD, startApp } from '../../support/harness.ts'

function startRoom(limit = 1) {
  const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
  const hashQueue = new HashQueue({ limit, leaseMilliseconds: 1000, now: Date.now, sleep })
  const deferred: Promise<unknown>[] = []
  const deps = { hashQueue, defer: (work: Promise<unknown>) => void deferred.push(work) }
  return { deps, hashQueue, settle: () => Promise.all(deferred) }
}

describe('hashInTurn()', () => {
  it('leaves the place when the hash is done', async () => {
    const room = startRoom()
    expect(await hashInTurn(room.deps, async () => 'hash')).toBe('hash')
    expect(room.hashQueue.hasRoom()).toBe(true)
  })

  it('leaves the place when the hash fails', async () => {
    const room = startRoom()
    const lost = new Unavailable('password hashing', { reason: 'the turn was lost' })
    await expect(hashInTurn(room.deps, () => Promise.reject(lost))).rejects.toBe(lost)
    expect(room.hashQueue.hasRoom()).toBe(true)
  })

  it('does not begin where there is no room', async () => {
    const room = startRoom()
    room.hashQueue.enter()
    let began = false
    const refused = hashInTurn(room.deps, async () => {
      began = true
    })
    await expect(refused).rejects.toMatchObject({ service: 'password hashing', retryAfterSeconds: 2 })
    expect(began).toBe(false)
  })

  it('keeps the hash going when nobody waits for it any more', async () => {
    const room = startRoom()
    let finish = () => {}
    const held = new Promise<void>((resolve) => {
      finish = resolve
    })
    void hashInTurn(room.deps, () => held)
    expect(room.hashQueue.hasRoom()).toBe(false)
    finish()
    await room.settle()
    expect(room.hashQueue.hasRoom()).toBe(true)
  })
})

describe('while passwords are hashed at full cost', () => {
  const FULL = { SCRYPT_LN: '15', SCRYPT_R: '8', SCRYPT_P: '3' }

  it('other requests are answered between the slices', async () => {
    const app = await startApp({ vars: FULL })
    const email = await app.createAccount()
    const { access_token: token } = await app.signIn(email)
    let isHashing = true
    const signedIn = app.v1('POST', '/login', { body: { email, password: PASSWORD }, ip: anyAddress() }).finally(() => {
      isHashing = false
    })
    let answered = 0
    while (isHashing) {
      expect((await app.v1('GET', '/me', { token })).status).toBe(200)
      answered += 1
      // As with clients that come over a network: a loop that never waits for anything outside leaves timers no turn.
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
    expect((await signedIn).status).toBe(200)
    expect(answered).toBeGreaterThanOrEqual(3)
  })

  it('those who sign in at once are all served, one after the other', async () => {
    const app = await startApp({ vars: FULL })
    const email = await app.createAccount()
    const signIn = () => app.v1('POST', '/login', { body: { email, password: PASSWORD }, ip: anyAddress() })
    const replies = await Promise.all(Array.from({ length: 6 }, signIn))
    expect(replies.map(({ status }) => status)).toEqual(Array(6).fill(200))
  })
})
