// `npm run audit`, all but the process: which events it reads of the real service, in which order, and how each looks.
import { describe, expect, it } from 'vitest'
import { parseAuditCommand } from '../../../cli/audit/command.ts'
import { readLater, readLatest } from '../../../cli/audit/read.ts'
import { renderEvent } from '../../../cli/audit/render.ts'
import { rows } from '../../support/fixtures.ts'
import { BINDINGS, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { clientOf, readPlainly } from '../../support/operator-command.ts'

const NOW = 1_800_000_000
const ADA = '0b6f5a3e-8f0c-4d6e-9d64-3b6a9f1f2c11'

const filterOf = (...args: readonly string[]) => parseAuditCommand(args, NOW, readPlainly).filter
/** An event's id with a name in it, for people who read a failure. */
const idOf = (name: string) =>
  [...name.padEnd(16, '\0')]
    .map((each) => each.charCodeAt(0).toString(16).padStart(2, '0'))
    .join('')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
const nameOf = (id: string) =>
  id
    .replaceAll('-', '')
    .replace(/../g, (hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll('\0', '')
const ids = ({ events }: { readonly events: readonly { readonly id: string }[] }) => events.map(({ id }) => nameOf(id))

async function add(...events: readonly (readonly [name: string, event?: Readonly<Record<string, unknown>>])[]): Promise<void> {
  const statements = events.map(([name, event = {}]) => {
    const row: Record<string, unknown> = {
      ...{ id: idOf(name), at: NOW, what: 'sign_in', outcome: 'success', user_id: ADA, actor: 'user', face: 'v1' },
      ...event,
    }
    const columns = Object.keys(row)
    const places = columns.map(() => '?').join(', ')
    return BINDINGS.DB.prepare(`INSERT INTO audit_events (${columns.join(', ')}) VALUES (${places})`).bind(...Object.values(row))
  })
  await BINDINGS.DB.batch(statements)
}

async function withAda(): Promise<TestApp> {
  const app = await startApp({ now: NOW })
  await BINDINGS.DB.exec(
    `INSERT INTO users (id, email, username, username_key, password_hash, created_at, updated_at)
    VALUES ('${ADA}', 'ada@example.com', 'Ada', 'ada', 'h', 1, 1)`.replaceAll('\n', ' '),
  )
  return app
}

describe('npm run audit', () => {
  it('reads the latest, oldest first, by all that can be asked for', async () => {
    const app = await withAda()
    const read = async (...args: readonly string[]) => ids(await readLatest(clientOf(app), filterOf(...args)))
    await add(
      ['old', { at: NOW - 7200 }],
      ['failed', { outcome: 'failure' }],
      ['other', { what: 'pin_set', user_id: 'x' }],
      ['new'],
    )
    expect(await read()).toEqual(['old', 'failed', 'other', 'new'])
    expect(await read('--limit', '2')).toEqual(['other', 'new'])
    expect(await read('--user', 'ADA@example.com')).toEqual(['old', 'failed', 'new'])
    expect(await read('--user', 'ada', '--outcome', 'failure')).toEqual(['failed'])
    expect(await read('--user', ADA, '--since', '1h')).toEqual(['failed', 'new'])
    expect(await read('--until', '1h')).toEqual(['old'])
    expect(await read('--what', 'pin_set', '--what', 'pin_dead')).toEqual(['other'])
    await expect(read('--user', 'nobody')).rejects.toThrow('Cannot find a user with the username nobody')
  })

  it('finds what somebody did who has only registered, by address and by username', async () => {
    const app = await startApp()
    await app.v1('POST', '/register', { body: { email: 'bob@example.com', password: PASSWORD, username: 'bob' } })
    await app.settle()
    for (const user of ['bob@example.com', 'Bob']) {
      const { events } = await readLatest(clientOf(app), filterOf('--user', user))
      expect(events.map(({ what }) => what)).toEqual(['registered'])
    }
    await expect(readLatest(clientOf(app), filterOf('--user', 'carl'))).rejects.toThrow('Cannot find a user')
  })

  it('finds by the number that v1 calls a user, or by a username that is one, and asks which where it is both', async () => {
    const app = await withAda()
    await add(['of Ada'])
    const read = async (user: string) => ids(await readLatest(clientOf(app), filterOf('--user', user)))
    const [{ number } = { number: 0 }] = await rows<{ number: number }>('SELECT number FROM users')
    expect(await read(String(number))).toEqual(['of Ada'])
    await BINDINGS.DB.exec("UPDATE users SET username = '20000', username_key = '20000'")
    expect(await read('20000')).toEqual(['of Ada'])
    await expect(read('30000')).rejects.toThrow('Cannot find a user with the number or username 30000')
    await app.createAccount({ email: 'bob@example.com', username: String(number) })
    await expect(read(String(number))).rejects.toThrow(
      `${number} is the number of ada@example.com and the username of bob@example.com: name the address`,
    )
  })

  it('goes back over pages for as many as are asked for', async () => {
    const app = await withAda()
    await add(...Array.from({ length: 450 }, (_, index) => [`e${index}`] as const))
    expect(ids(await readLatest(clientOf(app), filterOf('--limit', '430')))).toEqual(
      Array.from({ length: 430 }, (_, index) => `e${index + 20}`),
    )
    expect(ids(await readLatest(clientOf(app), filterOf('--limit', '1000')))).toHaveLength(450)
  })

  it('goes on behind what it has read, once and in order, a flood included', async () => {
    const app = await withAda()
    await add(['first'])
    const latest = await readLatest(clientOf(app), filterOf('--limit', '1'))
    await add(...Array.from({ length: 500 }, (_, index) => [`flood ${index}`] as const))
    const later = await readLater(clientOf(app), filterOf(), latest.next)
    expect(ids(later)).toEqual(Array.from({ length: 500 }, (_, index) => `flood ${index}`))
    expect(ids(await readLater(clientOf(app), filterOf(), later.next))).toEqual([])
  })

  it('is one line an event, for people and for programs', async () => {
    const app = await withAda()
    await add(
      [
        'of Ada',
        { reason: 'first_name, username', what: 'profile_changed', session_id: 'a'.repeat(56) + '89abcdef', ip: '192.0.2.1' },
      ],
      ['of the cron', { what: 'signing_key_made', user_id: null, actor: 'system', face: 'system', reason: 'generation 2' }],
      ['of one gone', { user_id: 'gone', outcome: 'failure', actor: 'anonymous' }],
      ['of a key', { actor: 'operator', face: 'admin', session_id: 'key:01234567' }],
    )
    const { events } = await readLatest(clientOf(app), filterOf())
    expect(events.map((event) => renderEvent(event, false))).toEqual([
      '2027-01-15T08:00:00Z  profile_changed           success  v1      user=ada@example.com  ip=192.0.2.1  reason="first_name, username"  session=89abcdef',
      '2027-01-15T08:00:00Z  signing_key_made          success  system  by=system  reason="generation 2"',
      '2027-01-15T08:00:00Z  sign_in                   failure  v1      user=gone  by=anonymous',
      '2027-01-15T08:00:00Z  sign_in                   success  admin   user=ada@example.com  by=operator  session=key:01234567',
    ])
    const [first] = events.map((event) => renderEvent(event, true))
    expect(first).not.toContain('\n')
    expect(JSON.parse(first ?? '')).toEqual({
      ...{
        at: '2027-01-15T08:00:00Z',
        id: idOf('of Ada'),
        what: 'profile_changed',
        outcome: 'success',
        reason: 'first_name, username',
      },
      ...{ user_id: ADA, session_id: 'a'.repeat(56) + '89abcdef', actor: 'user', ip: '192.0.2.1', user_agent: null, face: 'v1' },
      email: 'ada@example.com',
    })
  })
})
