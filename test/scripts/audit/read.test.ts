import { beforeEach, describe, expect, it } from 'vitest'
import { parseAuditCommand } from '../../../scripts/audit/command.ts'
import { followEvents, readEvents } from '../../../scripts/audit/read.ts'
import { renderEvent } from '../../../scripts/audit/render.ts'
import type { Row } from '../../../scripts/operator/sql.ts'
import { type SqliteDatabase, sqliteDatabase } from '../operator/sqlite-database.ts'

const NOW = 1_800_000_000
const ADA = '0b6f5a3e-8f0c-4d6e-9d64-3b6a9f1f2c11'
const SESSION = `${ADA.replaceAll('-', '')}0123456789abcdef0123456789abcdef`

const filterOf = (line: string) => parseAuditCommand(line === '' ? [] : line.split(' '), NOW).filter

describe.each(['bound', 'rendered'] as const)('the record, values %s', (way) => {
  let database: SqliteDatabase

  function add(id: string, fields: Readonly<Record<string, string | number | null>> = {}): void {
    const event = { at: NOW, what: 'sign_in', outcome: 'success', actor: 'user', face: 'v1', user_id: ADA, ...fields }
    const names = Object.keys(event)
    const places = names.map(() => '?').join(', ')
    database.sqlite
      .prepare(`INSERT INTO audit_events (id, ${names.join(', ')}) VALUES (?, ${places})`)
      .run(id, ...Object.values(event))
  }

  async function read(line: string): Promise<readonly string[]> {
    const found: Row[] = []
    for await (const row of readEvents(database, filterOf(line))) found.push(row)
    return found.map(({ id }) => String(id))
  }

  beforeEach(() => {
    database = sqliteDatabase(way)
    database.sqlite.exec(`INSERT INTO users (id, email, username, username_key, password_hash, created_at, updated_at)
      VALUES ('${ADA}', 'ada@example.com', 'Ada', 'ada', 'hash', 1, 1)`)
    return () => database.close()
  })

  it('is read oldest first, the latest of it', async () => {
    for (const id of ['a', 'b', 'c']) add(id)
    expect(await read('')).toEqual(['a', 'b', 'c'])
    expect(await read('--limit 2')).toEqual(['b', 'c'])
  })

  it('is filtered by account, act, outcome and time, all at once', async () => {
    add('wanted', { what: 'pin_set' })
    add('other act')
    add('failure', { what: 'pin_set', outcome: 'failure' })
    add('other account', { what: 'pin_set', user_id: 'other' })
    add('early', { what: 'pin_set', at: NOW - 61 })
    add('late', { what: 'pin_set', at: NOW + 1 })
    add('nobody', { what: 'pin_set', user_id: null })
    const until = `--until ${new Date((NOW + 1) * 1000).toISOString()}`
    const common = `--what pin_set --what pin_removed --outcome success --since 60s ${until}`
    for (const name of ['ada@example.com', 'ADA', ADA]) expect(await read(`${common} --user ${name}`)).toEqual(['wanted'])
    expect(await read(common)).toEqual(['wanted', 'other account', 'nobody'])
    expect(await read(`--since 61s --limit 1 ${until} --what pin_set`)).toEqual(['nobody'])
  })

  it('of an account that is deleted is found by its id', async () => {
    add('deleted', { what: 'account_deleted', user_id: '11111111-1111-4111-8111-111111111111' })
    expect(await read('--user 11111111-1111-4111-8111-111111111111')).toEqual(['deleted'])
  })

  it('of nobody is told as such', async () => {
    await expect(read('--user eve@example.com')).rejects.toThrow('Cannot find a user with the e-mail address eve@example.com')
    await expect(read('--user eve')).rejects.toThrow('Cannot find a user with the username eve')
  })

  it('is followed: what is written between two looks comes once, in order, and only what is asked for', async () => {
    for (const id of ['a', 'b']) add(id)
    const end = new AbortController()
    const steps = [
      () => {
        add('c')
        add('not asked for', { what: 'pin_set' })
        add('d', { at: NOW - 9999 })
      },
      () => {},
      () => add('e'),
      () => end.abort(),
    ]
    const seen: string[] = []
    const pause = async () => steps.shift()?.()
    for await (const { id } of followEvents(database, filterOf('--limit 1 --what sign_in'), end.signal, pause))
      seen.push(String(id))
    expect(seen).toEqual(['b', 'c', 'd', 'e'])
  })

  it('is followed from nothing, through a flood, and after rows have been purged', async () => {
    const end = new AbortController()
    const steps = [
      () => {
        for (let index = 0; index < 2500; index += 1) add(`flood ${index}`)
      },
      () => {
        database.sqlite.exec('DELETE FROM audit_events')
        add('after')
      },
      () => end.abort(),
    ]
    const seen: string[] = []
    const pause = async () => steps.shift()?.()
    for await (const { id } of followEvents(database, filterOf(''), end.signal, pause)) seen.push(String(id))
    expect(seen).toHaveLength(2501)
    expect([seen[0], seen[2499], seen[2500]]).toEqual(['flood 0', 'flood 2499', 'after'])
  })

  it('stops without a word when the pause is ended', async () => {
    const end = new AbortController()
    const pause = async () => {
      end.abort()
      throw new Error('aborted')
    }
    const seen: Row[] = []
    for await (const row of followEvents(database, filterOf(''), end.signal, pause)) seen.push(row)
    expect(seen).toEqual([])
  })

  it('is one line an event, for people and for programs', async () => {
    add('of Ada', {
      reason: 'first_name, username',
      what: 'profile_changed',
      session_id: SESSION,
      ip: '192.0.2.1',
      user_agent: 'x\n"y',
    })
    add('of the cron', { what: 'signing_key_made', user_id: null, actor: 'system', face: 'system', reason: 'generation 2' })
    add('of one who is gone', { user_id: 'gone', outcome: 'failure', actor: 'anonymous' })
    const rows: Row[] = []
    for await (const row of readEvents(database, filterOf(''))) rows.push(row)
    expect(rows.map((row) => renderEvent(row, false))).toEqual([
      '2027-01-15T08:00:00Z  profile_changed           success  v1      user=ada@example.com  ip=192.0.2.1  reason="first_name, username"  session=89abcdef',
      '2027-01-15T08:00:00Z  signing_key_made          success  system  by=system  reason="generation 2"',
      '2027-01-15T08:00:00Z  sign_in                   failure  v1      user=gone  by=anonymous',
    ])
    const [first] = rows.map((row) => renderEvent(row, true))
    expect(first).not.toContain('\n')
    expect(JSON.parse(first ?? '')).toEqual({
      at: '2027-01-15T08:00:00Z',
      id: 'of Ada',
      what: 'profile_changed',
      outcome: 'success',
      reason: 'first_name, username',
      user_id: ADA,
      session_id: SESSION,
      actor: 'user',
      ip: '192.0.2.1',
      user_agent: 'x\n"y',
      face: 'v1',
      email: 'ada@example.com',
    })
  })
})
