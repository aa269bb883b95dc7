import { describe, expect, it } from 'vitest'
import {
  type DevSurroundings,
  parseDevArguments,
  publicUrlOf,
  setsVariable,
  welcome,
  wranglerDevArguments,
} from '../../../tools/dev/dev-arguments.ts'

const resolve = (args: readonly string[], options: Partial<DevSurroundings> = {}) => {
  const parsed = parseDevArguments(args)
  const usual = { port: parsed.port, isTerminal: false, isPublicUrlSet: false, devConfig: null }
  return wranglerDevArguments(args, parsed, { ...usual, ...options })
}

describe('parseDevArguments()', () => {
  it('knows what the defaults are', () => {
    expect(parseDevArguments([])).toMatchObject({
      port: 8787,
      ip: undefined,
      protocol: 'http',
      persistDirectory: '.wrangler/state',
    })
  })

  it('reads both ways of writing a flag, and the last one counts', () => {
    const parsed = parseDevArguments([
      '--port',
      '1',
      '--port=9000',
      '--ip=0.0.0.0',
      '--persist-to',
      'a b',
      '--local-protocol',
      'https',
    ])
    expect(parsed).toMatchObject({ port: 9000, ip: '0.0.0.0', persistDirectory: 'a b', protocol: 'https' })
  })

  it('takes what [dev] of the configuration says where no flag says otherwise', () => {
    const settings = { port: 8790, ip: '192.168.1.5', protocol: 'https', hasInspectorPort: true } as const
    expect(parseDevArguments([], settings)).toMatchObject(settings)
    const flags = ['--port', '9000', '--ip', '127.0.0.1', '--local-protocol', 'http']
    expect(parseDevArguments(flags, settings)).toMatchObject({ port: 9000, ip: '127.0.0.1', protocol: 'http' })
    expect(() => parseDevArguments([], { port: 70_000, hasInspectorPort: false })).toThrow(/^Cannot listen on port 70000/)
  })

  it.each([[['--port', 'x']], [['--port=70000']], [['--port']], [['--port', '--ip']], [['--local-protocol', 'ftp']]])(
    'refuses %j',
    (args) => {
      expect(() => parseDevArguments(args)).toThrow(/^Cannot /)
    },
  )
})

describe('publicUrlOf()', () => {
  it.each([
    [undefined, 'http://localhost:8787'],
    ['127.0.0.1', 'http://localhost:8787'],
    ['0.0.0.0', 'http://localhost:8787'],
    ['::', 'http://localhost:8787'],
    ['[::1]', 'http://localhost:8787'],
    ['192.168.1.5', 'http://192.168.1.5:8787'],
    ['fd00::1', 'http://[fd00::1]:8787'],
  ])('is, for the address %s, %s', (ip, url) => {
    expect(publicUrlOf(ip, 8787, 'http')).toBe(url)
  })

  it('leaves out the port that the protocol implies', () => {
    expect(publicUrlOf(undefined, 443, 'https')).toBe('https://localhost')
  })
})

describe('wranglerDevArguments()', () => {
  it('passes everything on and adds what follows from it', () => {
    expect(resolve(['--port', '9000', '--persist-to', 'x', '--test-scheduled'])).toEqual([
      ...['dev', '--port', '9000', '--persist-to', 'x', '--test-scheduled'],
      ...['--inspector-port', '0', '--show-interactive-dev-session=false', '--var', 'PUBLIC_URL:http://localhost:9000'],
    ])
  })

  it('names the default port, so that wrangler does not move to another one', () => {
    expect(resolve([])).toContain('8787')
  })

  it('replaces port 0 by the port that was found', () => {
    const args = resolve(['--port=0', '--ip', '127.0.0.1'], { port: 4711 })
    expect(args).not.toContain('--port=0')
    expect(args.join(' ')).toContain('--port 4711')
    expect(args).toContain('PUBLIC_URL:http://localhost:4711')
  })

  it('adds nothing that was decided already', () => {
    const args = resolve(['--inspector-port', '9300', '--var', 'PUBLIC_URL:https://x.example', '--show-interactive-dev-session'])
    expect(args.filter((arg) => arg.startsWith('PUBLIC_URL:'))).toEqual(['PUBLIC_URL:https://x.example'])
    expect(args.filter((arg) => arg.startsWith('--inspector-port'))).toHaveLength(1)
    expect(args).not.toContain('--show-interactive-dev-session=false')
    expect(resolve([], { isPublicUrlSet: true })).not.toContain('--var')
    expect(resolve([], { isTerminal: true })).not.toContain('--show-interactive-dev-session=false')
  })
})

it('says in three lines where to go on', () => {
  expect(welcome('http://localhost:8787', '.wrangler/state').split('\n')).toEqual([
    expect.stringMatching(/http:\/\/localhost:8787\/docs$/),
    expect.stringMatching(/http:\/\/localhost:8787\/dev\/mailbox$/),
    expect.stringMatching(/npm run user -- create --email you@example\.com --verified$/),
  ])
  expect(welcome('http://localhost:1', './my-state')).toMatch(/ --persist-to \.\/my-state$/)
})

describe('several workers', () => {
  const TWO = ['-c', 'examples/notes-api/wrangler.toml', '-c', 'wrangler.toml']

  it('keep their state where Postern’s is, and leave the origin to the configuration where Postern is not the first', () => {
    const args = resolve([...TWO, '--port', '8790'], { devConfig: '/x/dev.json' })
    expect(args.slice(1, 5)).toEqual(['-c', 'examples/notes-api/wrangler.toml', '-c', '/x/dev.json'])
    expect(args.slice(args.indexOf('--persist-to'))).toContain('.wrangler/state')
    expect(args).not.toContain('--var')
    expect(resolve(['--config=wrangler.toml', '-c=caller/wrangler.toml'])).toContain('PUBLIC_URL:http://localhost:8787')
    expect(resolve(['--config=./wrangler.toml'], { devConfig: '/x/dev.json' })).toContain('--config=/x/dev.json')
  })

  it('are one where Postern’s configuration is replaced', () => {
    expect(resolve([], { devConfig: '/x/dev.json' })).toEqual(expect.arrayContaining(['--config', '/x/dev.json']))
  })
})

describe('setsVariable()', () => {
  it.each(['PUBLIC_URL=x', 'A=1\nexport PUBLIC_URL = x', 'PUBLIC_URL: x'])('finds it in %j', (text) => {
    expect(setsVariable(text, 'PUBLIC_URL')).toBe(true)
  })

  it.each(['', '# PUBLIC_URL=x', 'MY_PUBLIC_URL=x', 'PUBLIC_URL_2=x'])('does not find it in %j', (text) => {
    expect(setsVariable(text, 'PUBLIC_URL')).toBe(false)
  })
})
