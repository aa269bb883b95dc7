import { describe, expect, it } from 'vitest'
import { parseAuditCommand } from '../../../cli/audit/command.ts'
import { UsageError } from '../../../cli/operator/usage.ts'

const NOW = 1_800_000_000
const parse = (line: string) => parseAuditCommand(line === '' ? [] : line.split(' '), NOW)

describe('parseAuditCommand()', () => {
  it('without options: the latest 100 of the local database', () => {
    expect(parse('')).toEqual({
      filter: { user: null, acts: [], outcome: null, since: null, until: null, limit: 100 },
      isFollowing: false,
      isJson: false,
      where: { isRemote: false, url: null, environment: null, persistDirectory: '.wrangler/state' },
    })
  })

  it('reads every option', () => {
    const line =
      '--user A@Example.COM --what sign_in --what pin_dead --outcome failure --since 2h --until 30s --limit 7 --json --persist-to x'
    expect(parse(line)).toEqual({
      filter: {
        user: { by: 'email', value: 'a@example.com' },
        acts: ['sign_in', 'pin_dead'],
        outcome: 'failure',
        since: NOW - 7200,
        until: NOW - 30,
        limit: 7,
      },
      isFollowing: false,
      isJson: true,
      where: { isRemote: false, url: null, environment: null, persistDirectory: 'x' },
    })
    expect(parse('--follow --remote')).toMatchObject({ isFollowing: true, where: { isRemote: true } })
  })

  it('knows a user by e-mail address, username or id', () => {
    const id = '0b6f5a3e-8f0c-4d6e-9d64-3b6a9f1f2c11'
    expect(parse('--user ANN').filter.user).toEqual({ by: 'username', value: 'ANN' })
    expect(parse('--user 42').filter.user).toEqual({ by: 'number', value: '42' })
    expect(parse(`--user ${id.toUpperCase()}`).filter.user).toEqual({ by: 'id', value: id })
  })

  it.each([
    ['2027-01-15T08:00:00Z', NOW],
    ['2027-01-15T10:00:00+02:00', NOW],
    ['2027-01-15', NOW - 8 * 3600],
    ['90s', NOW - 90],
    ['15m', NOW - 900],
    ['7d', NOW - 7 * 86_400],
  ])('reads the time %s', (text, seconds) => {
    expect(parse(`--since ${text}`).filter.since).toBe(seconds)
  })

  it.each([
    ['--what frob', '--what must be one of registered, '],
    ['--outcome good', '--outcome must be one of success, failure, refused'],
    ['--since yesterday', '--since must be a time such as'],
    ['--since 2027-01-15T08:00', '--since must be a time such as'],
    ['--until 2027-13-01', '--until must be a time such as'],
    ['--since 2026-02-30', '--since must be a time such as'],
    ['--limit 0', '--limit must be a whole number from 1 to 10000'],
    ['--limit 10001', '--limit must be a whole number from 1 to 10000'],
    ['--user a@b@c', '--user is neither'],
    ['--follow --until 1h', '--follow and --until exclude each other'],
    ['--remote --persist-to x', '--remote and --persist-to exclude each other'],
    ['--frob', "Unknown option '--frob'"],
    ['list', 'Unexpected argument'],
  ])('refuses %j and says what is wrong', (line, message) => {
    expect(() => parse(line)).toThrow(UsageError)
    expect(() => parse(line)).toThrow(message)
  })
})
