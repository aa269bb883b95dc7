import { describe, expect, it } from 'vitest'
import type { SessionLedgerObject } from '../../../src/objects/session-ledger/session-ledger.ts'
import { createSessionLedgers } from '../../../src/objects/session-ledger/session-ledgers.ts'
import { bindings, DEVICE, NOW, newSession, standing } from '../../support/session-fixtures.ts'

const ledgers = createSessionLedgers(bindings.SESSION_LEDGER, { deadlineMilliseconds: 5000 })
const claim = { counter: 0, standing: standing(), device: DEVICE, now: NOW, graceSeconds: 60, ttlSeconds: 600 }

/** A namespace whose objects answer every question with `answer`, and which notes whom it was asked for. */
function namespaceThat(answer: () => Promise<never>) {
  const names: string[] = []
  const getByName = (name: string) => {
    names.push(name)
    return new Proxy({}, { get: () => answer })
  }
  return { names, namespace: { getByName } as unknown as DurableObjectNamespace<SessionLedgerObject> }
}

describe('session ledgers', () => {
  it('carry every question to the ledger of the user, and plain answers back', async () => {
    const userId = crypto.randomUUID()
    const session = newSession(userId)
    const { id } = session
    const record = { ...session, counter: 0, rotatedAt: NOW, lastUsedAt: NOW, revokedAt: null }
    expect(await ledgers.create(session, NOW)).toEqual({ ...record, isFromNewDevice: false })
    expect(await ledgers.find(id)).toEqual(record)
    expect(await ledgers.list(userId)).toEqual([record])
    expect(await ledgers.list(crypto.randomUUID())).toEqual([])
    expect(await ledgers.rotate({ id, ...claim })).toMatchObject({ outcome: 'advanced', session: { id, counter: 1 } })
    expect(await ledgers.extend({ id, standing: standing(), now: NOW, ttlSeconds: 600 })).toMatchObject({ id, counter: 1 })
    expect(await ledgers.reauthenticate(id, standing(), NOW + 1)).toMatchObject({ id, authTime: NOW + 1 })
    await ledgers.noteUse(id, NOW + 2)
    expect(await ledgers.find(id)).toMatchObject({ lastUsedAt: NOW + 2 })
    expect(await ledgers.revoke(id, NOW)).toBe(true)
    await ledgers.create(newSession(userId), NOW)
    await ledgers.revokeMethod(userId, 'pin', NOW)
    expect(await ledgers.revokeAll(userId, NOW, 4)).toBe(1)
    await ledgers.erase(userId, NOW)
    expect((await ledgers.list(userId)).map(({ ip }) => ip)).toEqual(['', ''])
    expect(await ledgers.ping()).toBe('ok')
  })

  it('ask no object about what is no session id', async () => {
    const { names, namespace } = namespaceThat(() => Promise.reject(new Error('asked')))
    const guarded = createSessionLedgers(namespace, { deadlineMilliseconds: 100 })
    expect(await guarded.find('guess')).toBeNull()
    expect(await guarded.rotate({ id: 'guess', ...claim })).toEqual({ outcome: 'ended' })
    expect(await guarded.extend({ id: 'guess', standing: standing(), now: NOW, ttlSeconds: 600 })).toBeNull()
    expect(await guarded.revoke('guess', NOW)).toBe(false)
    await expect(guarded.create({ ...newSession(crypto.randomUUID()), id: 'guess' }, NOW)).rejects.toThrow(TypeError)
    expect(names).toEqual([])
  })

  it('are unavailable when the ledger fails or does not answer in time, and ask a new stub each time', async () => {
    const userId = crypto.randomUUID()
    const { id } = newSession(userId)
    const outages = [() => Promise.reject(new Error('object was reset')), () => new Promise<never>(() => {})]
    for (const outage of outages) {
      const { names, namespace } = namespaceThat(outage)
      const broken = createSessionLedgers(namespace, { deadlineMilliseconds: 20 })
      const unavailable = { name: 'Unavailable', service: 'session ledger' }
      await expect(broken.find(id)).rejects.toMatchObject(unavailable)
      await expect(broken.rotate({ id, ...claim })).rejects.toMatchObject(unavailable)
      await expect(broken.list(userId)).rejects.toMatchObject(unavailable)
      expect(names).toEqual(Array.from({ length: 3 }, () => userId.replaceAll('-', '')))
    }
  })
})
