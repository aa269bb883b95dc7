import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { performMailCommand } from '../../../scripts/mail/perform.ts'
import { type SqliteDatabase, sqliteDatabase } from '../operator/sqlite-database.ts'

const NOW = 1_800_000_000
const HOUR = 3600

describe.each(['bound', 'rendered'] as const)('npm run mail with values %s', (way) => {
  let database: SqliteDatabase

  beforeEach(() => {
    database = sqliteDatabase(way)
    const insert = database.sqlite.prepare(
      `INSERT INTO outbox (id, recipient, purpose, requester_ip, sealed_mail, expires_at, created_at, attempts, next_attempt_at,
        sent_at, dead_at, reason) VALUES (?, ?, 'registration', '192.0.2.1', ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    insert.run('sent', 'a@example.com', null, NOW + HOUR, NOW - 50, 1, NOW, NOW - 49, null, null)
    insert.run('waits', 'b@example.com', 'v1.sealed', NOW + HOUR, NOW - 40, 2, NOW + 60, null, null, 'smtp_421')
    insert.run('dead', "o'hara@example.com", 'v1.sealed', NOW + HOUR, NOW - 30, 1, NOW, null, NOW - 29, 'smtp_550')
    insert.run('notice', 'd@example.com', 'v1.sealed', null, NOW - 20, 11, NOW, null, NOW - 19, 'http_503')
    insert.run('emptied', 'e@example.com', null, NOW - 10, NOW - 10, 3, NOW, null, NOW, 'expired')
    insert.run('expired', 'f@example.com', 'v1.sealed', NOW, NOW - 5, 3, NOW, null, NOW - 1, 'smtp_550')
  })
  afterEach(() => database.close())

  const perform = (command: Parameters<typeof performMailCommand>[0]) => performMailCommand(command, { database, now: NOW })
  const json = async (name: 'list' | 'dead') =>
    (await perform({ name, isJson: true })).split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)

  it('list shows what became of every mail, newest first, and nothing that is sealed', async () => {
    const mails = await json('list')
    expect(mails.map(({ id, state }) => [id, state])).toEqual([
      ['expired', 'dead'],
      ['emptied', 'dead'],
      ['notice', 'dead'],
      ['dead', 'dead'],
      ['waits', 'waiting'],
      ['sent', 'sent'],
    ])
    expect(mails[4]).toEqual({
      ...{ id: 'waits', state: 'waiting', to: 'b@example.com', purpose: 'registration', attempts: 2, reason: 'smtp_421' },
      ...{ queued_at: '2027-01-15T07:59:20.000Z', sent_at: null, dead_at: null, can_retry: false },
      ...{ next_attempt_at: '2027-01-15T08:01:00.000Z', expires_at: '2027-01-15T09:00:00.000Z' },
    })
    expect(JSON.stringify(mails)).not.toContain('v1.sealed')
  })

  it('dead shows the dead letters with their reasons, as a table', async () => {
    const table = await perform({ name: 'dead', isJson: false })
    const lines = table.split('\n').map((line) => line.split(/ {2,}/))
    expect(lines[0]).toEqual(['ID', 'STATE', 'TO', 'PURPOSE', 'QUEUED', 'ATTEMPTS', 'REASON', 'RETRY'])
    expect(lines.slice(1).map((line) => [line[0], line[6], line[7]])).toEqual([
      ['expired', 'smtp_550', 'text is gone'],
      ['emptied', 'expired', 'text is gone'],
      ['notice', 'http_503', 'can be'],
      ['dead', 'smtp_550', 'can be'],
    ])
  })

  it('retry has the one that is named tried again, from the first attempt on', async () => {
    expect(await perform({ name: 'retry', ids: ['dead'] })).toBe("dead to o'hara@example.com is tried again")
    const row = database.sqlite
      .prepare("SELECT attempts, next_attempt_at, dead_at, reason, sealed_mail FROM outbox WHERE id = 'dead'")
      .get()
    expect({ ...row }).toEqual({ attempts: 0, next_attempt_at: NOW, dead_at: null, reason: null, sealed_mail: 'v1.sealed' })
    expect((await json('dead')).map(({ id }) => id)).toEqual(['expired', 'emptied', 'notice'])
  })

  it.each(['emptied', 'expired', 'waits', 'sent', 'nobody', "x' OR 1=1 --"])(
    'retry refuses %j, and says so beside the one that it can',
    async (id) => {
      await expect(perform({ name: 'retry', ids: ['dead', id] })).rejects.toThrow(
        `dead to o'hara@example.com is tried again\nCannot retry ${id}: no dead letter, or its text is gone, since its link has expired`,
      )
      expect((await json('list')).filter(({ state }) => state === 'waiting').map((mail) => mail.id)).toEqual(['dead', 'waits'])
    },
  )

  it('retry --all takes all that can be', async () => {
    expect((await perform({ name: 'retry', ids: null })).split('\n').toSorted()).toEqual([
      "dead to o'hara@example.com is tried again",
      'notice to d@example.com is tried again',
    ])
    expect(await perform({ name: 'retry', ids: null })).toBe('No dead letter that could be tried again')
  })

  it('says so when there is nothing', async () => {
    database.sqlite.exec('DELETE FROM outbox')
    expect(await perform({ name: 'list', isJson: false })).toBe('No mail')
    expect(await perform({ name: 'dead', isJson: false })).toBe('No dead letters')
  })
})
