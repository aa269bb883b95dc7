import { describe, expect, it } from 'vitest'
import { parseMailCommand } from '../../../cli/mail/command.ts'
import { DEFAULT_PERSIST_DIRECTORY } from '../../../tools/project.ts'

const LOCAL = { isRemote: false, url: null, environment: null, persistDirectory: DEFAULT_PERSIST_DIRECTORY }

describe('the command line of npm run mail', () => {
  it.each([
    [['list'], { name: 'list' }, false],
    [['dead', '--json'], { name: 'dead' }, true],
    [['retry', 'a', 'b'], { name: 'retry', ids: ['a', 'b'] }, false],
    [['retry', '--all', '--json'], { name: 'retry', ids: null }, true],
  ])('%j is read', (args, command, isJson) => {
    expect(parseMailCommand(args)).toEqual({ command, isJson, where: LOCAL })
  })

  it('names the database', () => {
    expect(parseMailCommand(['list', '--remote']).where.isRemote).toBe(true)
    expect(parseMailCommand(['list', '--persist-to', 'x']).where.persistDirectory).toBe('x')
  })

  it.each([
    [[], 'No command given'],
    [['send'], 'Unknown command send'],
    [['list', 'x'], 'Unexpected argument x'],
    [['dead', '--all'], '--all means nothing to dead'],
    [['retry'], 'retry needs either IDs or --all'],
    [['retry', 'a', '--all'], 'retry needs either IDs or --all'],
    [['list', '--remote', '--persist-to', 'x'], '--remote and --persist-to exclude each other'],
    [['list', '--verbose'], "Unknown option '--verbose'"],
  ])('%j is refused: %s', (args, problem) => {
    expect(() => parseMailCommand(args)).toThrow(expect.objectContaining({ name: 'UsageError', message: problem }))
  })
})
