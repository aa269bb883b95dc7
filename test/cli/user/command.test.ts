import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../cli/operator/usage.ts'
import { parseUserCommand } from '../../../cli/user/command.ts'

describe('parseUserCommand()', () => {
  it('reads a whole create, normalised', () => {
    const args =
      'create --email A@Example.COM --username Ann --password-stdin --pin-stdin --permission a --permission b --verified'.split(' ')
    const { command, where } = parseUserCommand([...args, '--first-name', ' Ann ', '--last-name', "D'Arcy", '--persist-to', 'x'])
    expect(command).toEqual({
      name: 'create',
      email: 'a@example.com',
      username: 'Ann',
      firstName: 'Ann',
      lastName: "D'Arcy",
      password: { from: 'stdin' },
      pin: { from: 'stdin' },
      permissions: ['a', 'b'],
      isVerified: true,
    })
    expect(where).toEqual({ isRemote: false, url: null, environment: null, persistDirectory: 'x' })
  })

  it('names a user by e-mail address, username or id', () => {
    const userOf = (...args: readonly string[]) => (parseUserCommand(['disable', ...args]).command as { user: unknown }).user
    const id = '0b6f5a3e-8f0c-4d6e-9d64-3b6a9f1f2c11'
    expect(userOf('--email', 'A@b.example')).toEqual({ by: 'email', value: 'a@b.example' })
    expect(userOf('--username', 'ANN')).toEqual({ by: 'username', value: 'ANN' })
    expect(userOf('--id', id.toUpperCase())).toEqual({ by: 'id', value: id })
  })

  it('says which service: of an environment, at an address, and as JSON everywhere', () => {
    expect(parseUserCommand(['list', '--remote', '--env', 'staging', '--json'])).toMatchObject({
      isJson: true,
      where: { isRemote: true, environment: 'staging' },
    })
    expect(parseUserCommand(['show', '--email', 'a@b.example', '--url', 'https://auth.example.com/']).where.url).toBe(
      'https://auth.example.com',
    )
    expect(parseUserCommand(['list', '--url', 'http://127.0.0.1:8787']).where.url).toBe('http://127.0.0.1:8787')
  })

  it('takes the file of an import or export', () => {
    expect(parseUserCommand(['import', 'users.jsonl', '--remote', '--dry-run'])).toMatchObject({
      command: { name: 'import', file: 'users.jsonl', isDryRun: true },
      where: { isRemote: true },
    })
    expect(parseUserCommand(['export', '-']).command).toEqual({ name: 'export', file: '-', after: null })
  })

  it('asks for a secret that is not given, or reads it from standard input', () => {
    const user = ['--email', 'a@b.example']
    expect(parseUserCommand(['set-password', ...user]).command).toMatchObject({ password: { from: 'ask' } })
    expect(parseUserCommand(['set-pin', ...user]).command).toMatchObject({ pin: { from: 'ask' } })
    expect(parseUserCommand(['set-pin', ...user, '--pin-stdin']).command).toMatchObject({ pin: { from: 'stdin' } })
    expect(parseUserCommand(['create', ...user, '--password-stdin']).command).toMatchObject({
      password: { from: 'stdin' },
      pin: null,
    })
  })

  it.each([
    ['password', 'create --email a@b.example --password correct-horse-battery'],
    ['password', 'set-password --email a@b.example --password=correct-horse-battery --password-stdin'],
    ['pin', 'set-pin --email a@b.example --pin 258025'],
    ['pin', 'list --pin=258025'],
  ])('takes no secret from the command line, and says what to do: --%s of %s', (name, line) => {
    const parse = () => parseUserCommand(line.split(' '))
    expect(parse).toThrow(UsageError)
    expect(parse).toThrow(
      new RegExp(`^--${name} is refused: .* leave --${name} out to be asked for it, or pipe it in with --${name}-stdin$`),
    )
    expect(parse).not.toThrow(/horse|2580/)
  })

  it('reads what is new of a rename, where nothing clears', () => {
    const user = ['--email', 'a@b.example']
    expect(parseUserCommand(['rename', ...user, '--to', 'Bob', '--last-name', '']).command).toMatchObject({
      changes: { username: 'Bob', last_name: null },
    })
    expect(parseUserCommand(['rename', ...user, '--to', '']).command).toMatchObject({ changes: { username: null } })
    expect(parseUserCommand(['move', ...user, '--to', 'B@c.example']).command).toMatchObject({
      email: 'b@c.example',
      isVerified: false,
    })
  })

  it.each([
    ['import', 'import needs a FILE'],
    ['export', 'export needs a FILE'],
    ['import a b', 'Unexpected argument b'],
    ['import a --verified', '--verified means nothing to import'],
    ['', 'No command given'],
    ['frob', 'Unknown command frob'],
    ['toString', 'Unknown command toString'],
    ['create', 'create needs --email'],
    ['create --email a', '--email is not'],
    ['create --email a@b.example,c@d.example', '--email is not'],
    ['create --email a@b.example --username a@b', '--username must'],
    ['create --email a@b.example --permission a,b', '--permission must'],
    ['create --email a@b.example --first-name \u0007', '--first-name must'],
    ['create --email a@b.example --admin', "Unknown option '--admin'"],
    ['create --email', 'argument missing'],
    ['create extra --email a@b.example', 'Unexpected argument extra'],
    ['list --pin-stdin', '--pin-stdin means nothing to list'],
    ['disable', 'Name the user'],
    ['disable --email a@b.example --username ann', 'by one of'],
    ['disable --id ann', '--id must be the id'],
    ['rename --email a@b.example', 'rename needs'],
    ['rename --email a@b.example --to a@b', '--to must be'],
    ['move --email a@b.example', 'move needs --to E'],
    ['move --email a@b.example --to b', '--to is not'],
    ['list --limit 0', '--limit must'],
    ['stats --days 91', '--days must'],
    ['list --url auth.example.com', '--url must be an origin'],
    ['list --url http://auth.example.com', '--url must be an origin'],
    ['list --url https://auth.example.com/x', '--url must be an origin'],
    ['list --env a;b', '--env must be'],
    ['grant --email a@b.example', 'needs at least one --permission'],
    ['list --remote --persist-to x', 'exclude each other'],
  ])('refuses "%s"', (line, message) => {
    const parse = () => parseUserCommand(line.split(' ').filter(Boolean))
    expect(parse).toThrow(UsageError)
    expect(parse).toThrow(message)
  })
})
