import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../scripts/operator/usage.ts'
import { parseUserCommand } from '../../../scripts/user/command.ts'

describe('parseUserCommand()', () => {
  it('reads a whole create, normalised', () => {
    const args =
      'create --email A@Example.COM --username Ann --password p --pin 0123 --permission a --permission b --verified'.split(' ')
    const { command, where } = parseUserCommand([...args, '--first-name', ' Ann ', '--last-name', "D'Arcy", '--persist-to', 'x'])
    expect(command).toEqual({
      name: 'create',
      email: 'a@example.com',
      username: { username: 'Ann', key: 'ann' },
      firstName: 'Ann',
      lastName: "D'Arcy",
      password: 'p',
      pin: '0123',
      permissions: ['a', 'b'],
      isVerified: true,
    })
    expect(where).toEqual({ isRemote: false, persistDirectory: 'x' })
  })

  it('names a user by e-mail address or by username', () => {
    expect(parseUserCommand(['disable', '--email', 'A@b.example']).command).toMatchObject({
      user: { column: 'email', value: 'a@b.example' },
    })
    expect(parseUserCommand(['enable', '--username', 'ANN']).command).toMatchObject({
      user: { column: 'username_key', value: 'ann' },
    })
    expect(parseUserCommand(['list', '--remote']).where.isRemote).toBe(true)
  })

  it('takes the file of an import or export', () => {
    expect(parseUserCommand(['import', 'users.jsonl', '--remote'])).toMatchObject({
      command: { name: 'import', file: 'users.jsonl' },
      where: { isRemote: true },
    })
    expect(parseUserCommand(['export', 'out']).command).toEqual({ name: 'export', file: 'out' })
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
    ['create --email a@b.example --pin 123', '--pin must'],
    ['create --email a@b.example --pin 1234567890123', '--pin must'],
    ['create --email a@b.example --permission a,b', '--permission must'],
    ['create --email a@b.example --first-name \u0007', '--first-name must'],
    ['create --email a@b.example --admin', "Unknown option '--admin'"],
    ['create --email', 'argument missing'],
    ['create extra --email a@b.example', 'Unexpected argument extra'],
    ['list --pin 1234', '--pin means nothing to list'],
    ['disable', 'Name the user'],
    ['disable --email a@b.example --username ann', 'not by both'],
    ['grant --email a@b.example', 'needs at least one --permission'],
    ['list --remote --persist-to x', 'exclude each other'],
  ])('refuses "%s"', (line, message) => {
    const parse = () => parseUserCommand(line.split(' ').filter(Boolean))
    expect(parse).toThrow(UsageError)
    expect(parse).toThrow(message)
  })
})
