import { describe, expect, it } from 'vitest'
import {
  createSessionCopies,
  parseSessionCopy,
  readSessionCopy,
  renderSessionCopy,
  sessionCopyKey,
  writeSessionCopy,
} from '../../../src/objects/session-ledger/session-copies.ts'
import type { SessionRecord } from '../../../src/objects/session-ledger/session-rules.ts'
import { bindings, DAY, NOW, newSession, ScriptedKv } from '../../support/session-fixtures.ts'

function record(changes: Partial<SessionRecord> = {}): SessionRecord {
  return { ...newSession(crypto.randomUUID()), counter: 7, rotatedAt: NOW, lastUsedAt: NOW, revokedAt: null, ...changes }
}

describe('session copies', () => {
  it('come back from KV as they were written, under session:<id>', async () => {
    const session = record()
    await writeSessionCopy(bindings.SESSIONS, session, NOW)
    expect(await bindings.SESSIONS.get(`session:${session.id}`)).not.toBeNull()
    expect(await readSessionCopy(bindings.SESSIONS, session.id)).toEqual({
      createdAt: NOW,
      absoluteExpiresAt: NOW + 90 * DAY,
      epoch: 3,
      authTime: NOW,
      amr: ['pwd'],
      revoked: false,
    })
  })

  it('hold nothing that a refresh changes, nor where the user is', () => {
    const refreshed = record({ ip: '198.51.100.1' })
    const text = renderSessionCopy(refreshed)
    expect(text).toBe(renderSessionCopy({ ...refreshed, counter: 8, lastUsedAt: NOW + 5, expiresAt: NOW + 9 }))
    expect(text).not.toContain('198.51.100.1')
  })

  it('are kept until the absolute end, and long enough for KV to accept them', async () => {
    const kv = new ScriptedKv()
    await writeSessionCopy(kv, record(), NOW)
    await writeSessionCopy(kv, record({ absoluteExpiresAt: NOW - 5 }), NOW)
    expect(kv.puts.map((put) => put.expiration)).toEqual([NOW + 90 * DAY + 120, NOW + 120])
  })

  it('say that the session is revoked', () => {
    expect(parseSessionCopy(renderSessionCopy(record({ revokedAt: NOW })))?.revoked).toBe(true)
  })

  const good = JSON.parse(renderSessionCopy(record())) as Record<string, unknown>
  it.each(
    [
      ['', '{', 'null', '[]', '"text"', '7', '{}'],
      Object.keys(good).map((member) => JSON.stringify({ ...good, [member]: undefined })),
      Object.keys(good).map((member) => JSON.stringify({ ...good, [member]: {} })),
      [JSON.stringify({ ...good, v: 2 }), JSON.stringify({ ...good, amr: [1] }), JSON.stringify({ ...good, epoch: 1.5 })],
    ].flat(),
  )('are a miss when they cannot be understood: %s', (text) => {
    expect(parseSessionCopy(text)).toBeNull()
  })

  it('are a miss for an unknown session, and KV is not asked about what is no session id', async () => {
    expect(await readSessionCopy(bindings.SESSIONS, record().id)).toBeNull()
    const asked = { get: () => Promise.reject(new Error('asked')) } as unknown as KVNamespace
    expect(await readSessionCopy(asked, '../signing-keys')).toBeNull()
  })

  it('are an outage, not a miss, when KV fails or takes too long', async () => {
    const failing = { get: () => Promise.reject(new Error('KV is down')) } as unknown as KVNamespace
    const silent = { get: () => new Promise(() => {}) } as unknown as KVNamespace
    await expect(readSessionCopy(failing, record().id)).rejects.toThrow('KV is down')
    const copies = (kv: KVNamespace) => createSessionCopies(kv, { deadlineMilliseconds: 20 })
    await expect(copies(failing).read(record().id)).rejects.toMatchObject({ name: 'Unavailable' })
    await expect(copies(silent).read(record().id)).rejects.toMatchObject({ name: 'Unavailable' })
    expect(sessionCopyKey('a')).toBe('session:a')
  })
})
