// The environment as parseConfig reads it: defaults, bounds, and what it says of whatever cannot be served with.
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/config.ts'
import { ConfigError } from '../../src/config/read-variables.ts'
import { NUMBER_VARS } from '../support/configuration-vars.ts'
import { BINDINGS } from '../support/harness.ts'

const AUTH_SECRET = 'q0bnJ7Zk3vXy9fTgLrWm2sHdPc5eAuIo8tYw1NzKxVE'
const PRODUCTION = { AUTH_SECRET, PUBLIC_URL: 'https://auth.example.com' }
const DEVELOPMENT = { AUTH_SECRET, ENVIRONMENT: 'development' }

/** What the environment is refused with. */
function problemOf(env: object): string {
  try {
    parseConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'none'
}

describe('the defaults', () => {
  it('are production’s where nothing is said about the environment', () => {
    const config = parseConfig(PRODUCTION)
    expect(config).toMatchObject({
      environment: 'production',
      publicUrl: 'https://auth.example.com',
      corsOrigins: [],
      authSecret: AUTH_SECRET,
      authSecretPrevious: undefined,
      signUp: 'open',
      sessionFreshness: 'strict',
      breachedPasswords: 'off',
      breachedPasswordsUrl: 'https://api.pwnedpasswords.com/range',
      turnstileSecret: undefined,
      turnstileUrl: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
      scrypt: { ln: 15, r: 8, p: 3 },
      mailFrom: 'postern@auth.example.com',
      defaultLocale: 'en',
    })
    for (const { name, fallback, read } of NUMBER_VARS) expect([name, read(config)]).toEqual([name, fallback])
  })

  it('are those of this machine in development', () => {
    const config = parseConfig(DEVELOPMENT)
    expect(config).toMatchObject({
      environment: 'development',
      publicUrl: 'http://localhost:8787',
      corsOrigins: ['http://localhost:8080'],
      mailFrom: 'postern@localhost',
      scrypt: { ln: 15, r: 8, p: 3 },
    })
    for (const { name, fallback, read } of NUMBER_VARS) expect([name, read(config)]).toEqual([name, fallback])
  })

  it('count for a var that is empty, and bindings in the environment are nobody’s business', () => {
    const empty = Object.fromEntries(NUMBER_VARS.map(({ name }) => [name, '']))
    const env = { ...PRODUCTION, ...empty, SIGN_UP: '', CORS_ORIGINS: '', AUTH_SECRET_PREVIOUS: '', MAIL_FROM: '', DB: BINDINGS.DB }
    expect(parseConfig(env)).toEqual(parseConfig(PRODUCTION))
  })
})

describe.each(NUMBER_VARS)('$name', ({ name, min, max, read }) => {
  it(`may be a whole number from ${min} to ${max}, as text or as a number`, () => {
    for (const value of [min, max]) {
      expect(read(parseConfig({ ...PRODUCTION, [name]: String(value) }))).toBe(value)
      expect(read(parseConfig({ ...PRODUCTION, [name]: value }))).toBe(value)
    }
    expect(read(parseConfig({ ...PRODUCTION, [name]: ` ${max}\n` }))).toBe(max)
  })

  it('is refused outside of that, and in any other form, by its name and without its value', () => {
    const range = `${name} must be a whole number from ${min} to ${max}. Set it in deployment.toml under [vars]`
    for (const value of [
      min - 1,
      max + 1,
      -1,
      'x',
      '1e3',
      '0x40',
      '60.5',
      '٦٠٠',
      ' ',
      true,
      Number.NaN,
      10 ** 20,
      '9'.repeat(400),
    ]) {
      expect([value, problemOf({ ...PRODUCTION, [name]: value })]).toEqual([value, range])
    }
    for (const value of [null, {}, ['60'], BINDINGS.DB]) {
      const problem = `${name} is not text. Set it in deployment.toml under [vars]`
      expect(problemOf({ ...PRODUCTION, [name]: value })).toBe(problem)
    }
  })
})

describe.each([
  ['SIGN_UP', 'signUp', ['open', 'closed']],
  ['UNVERIFIED_SIGN_IN', 'unverifiedSignIn', ['refuse', 'allow']],
  ['SESSION_FRESHNESS', 'sessionFreshness', ['strict', 'edge', 'token']],
  ['BREACHED_PASSWORDS', 'breachedPasswords', ['off', 'open', 'closed']],
  ['ENVIRONMENT', 'environment', ['production', 'development']],
] as const)('%s', (name, member, choices) => {
  it(`is one of ${choices.join(', ')}, the first by default`, () => {
    for (const choice of choices) expect(parseConfig({ ...PRODUCTION, [name]: choice })[member]).toBe(choice)
    expect(parseConfig(PRODUCTION)[member]).toBe(choices[0])
    for (const value of ['OPEN', 'yes', choices.join(), '0', 'true']) {
      expect(problemOf({ ...PRODUCTION, [name]: value })).toBe(
        `${name} must be one of ${choices.join(', ')}. Set it in deployment.toml under [vars]`,
      )
    }
  })
})

describe('AUTH_SECRET', () => {
  const howTo = 'openssl rand -base64 32 | npx wrangler secret put'

  it.each([
    ['missing', undefined],
    ['missing', ''],
    ['missing', '   '],
    ['shorter than 43 characters', 'tiny'],
    ['shorter than 43 characters', AUTH_SECRET.slice(1)],
    ['weak', 'a'.repeat(43)],
    ['weak', 'change-me-change-me-change-me-change-me-change-me'],
    ['weak', `${AUTH_SECRET}-example`],
    ['weak', 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz'],
  ])('is refused where it is %s, with the command that sets it and without its text: %j', (problem, secret) => {
    for (const environment of [PRODUCTION, DEVELOPMENT]) {
      const message = problemOf({ ...environment, AUTH_SECRET: secret })
      expect(message).toMatch(new RegExp(`^AUTH_SECRET is ${problem}: it must be at least 32 random bytes\\. Set it with `))
      expect(message).toContain(`"${howTo} AUTH_SECRET"`)
      if (secret?.trim()) expect(message).not.toContain(secret)
    }
  })

  it('may end in the line break that a shell puts there', () => {
    expect(parseConfig({ ...PRODUCTION, AUTH_SECRET: `${AUTH_SECRET}\n` }).authSecret).toBe(AUTH_SECRET)
  })

  it('may have a predecessor, which is judged in the same way', () => {
    const previous = [...AUTH_SECRET].reverse().join('')
    expect(parseConfig({ ...PRODUCTION, AUTH_SECRET_PREVIOUS: previous }).authSecretPrevious).toBe(previous)
    const problem = problemOf({ ...PRODUCTION, AUTH_SECRET_PREVIOUS: 'short' })
    expect(problem).toContain(`"${howTo} AUTH_SECRET_PREVIOUS"`)
  })
})

describe('PUBLIC_URL', () => {
  it('is an origin, told without a slash at the end', () => {
    for (const [value, origin] of [
      ['https://auth.example.com', 'https://auth.example.com'],
      ['https://auth.example.com/', 'https://auth.example.com'],
      ['https://AUTH.example.com:443', 'https://auth.example.com'],
      ['https://auth.example.com:8443', 'https://auth.example.com:8443'],
    ]) {
      expect(parseConfig({ ...PRODUCTION, PUBLIC_URL: value }).publicUrl).toBe(origin)
    }
  })

  it.each([
    'auth.example.com',
    'https://auth.example.com/path',
    'https://auth.example.com?x=1',
    'https://auth.example.com#x',
    'https://user:pw@auth.example.com',
    'ftp://auth.example.com',
    'javascript:alert(1)',
    'https://',
    ' ',
  ])('is not %j', (value) => {
    expect(problemOf({ ...PRODUCTION, PUBLIC_URL: value })).toMatch(/^PUBLIC_URL must be an origin such as .*deployment\.toml/)
  })

  it('must be there and be https in production, and may be http in development', () => {
    expect(problemOf({ AUTH_SECRET })).toMatch(/^PUBLIC_URL is missing\. Set it in deployment\.toml/)
    expect(problemOf({ ...PRODUCTION, PUBLIC_URL: 'http://auth.example.com' })).toMatch(/^PUBLIC_URL must use https\. /)
    expect(problemOf({ ...PRODUCTION, PUBLIC_URL: 'http://localhost:8787' })).toMatch(/^PUBLIC_URL must use https\. /)
    expect(parseConfig({ ...DEVELOPMENT, PUBLIC_URL: 'http://192.0.2.1:9000' }).publicUrl).toBe('http://192.0.2.1:9000')
  })
})

describe.each([
  ['BREACHED_PASSWORDS_URL', 'breachedPasswordsUrl'],
  ['TURNSTILE_URL', 'turnstileUrl'],
] as const)('%s', (name, member) => {
  it('is a URL, told without a slash at the end', () => {
    for (const url of ['https://list.example.com', 'https://list.example.com:8443/a/b']) {
      expect(parseConfig({ ...PRODUCTION, [name]: url })[member]).toBe(url)
      expect(parseConfig({ ...PRODUCTION, [name]: `${url}/` })[member]).toBe(url)
    }
  })

  it.each([
    'list.example.com',
    'https://',
    'https://list.example.com?x=1',
    'https://list.example.com/#x',
    'https://user:pw@list.example.com',
    'ftp://list.example.com',
    'javascript:alert(1)',
    '/range',
  ])('is not %j', (value) => {
    const problem = `${name} must be a URL with https, without a query. Set it in deployment.toml under [vars]`
    for (const environment of [PRODUCTION, DEVELOPMENT]) expect(problemOf({ ...environment, [name]: value })).toBe(problem)
  })

  it('may be http in development only', () => {
    const url = 'http://127.0.0.1:9000/range'
    expect(parseConfig({ ...DEVELOPMENT, [name]: url })[member]).toBe(url)
    expect(problemOf({ ...PRODUCTION, [name]: url })).toMatch(new RegExp(`^${name} must be a URL with https`))
  })
})

describe('TURNSTILE_SECRET', () => {
  it('may be left out or empty, and end in the line break that a shell puts there', () => {
    for (const value of ['', ' \n']) expect(parseConfig({ ...PRODUCTION, TURNSTILE_SECRET: value }).turnstileSecret).toBeUndefined()
    expect(parseConfig({ ...PRODUCTION, TURNSTILE_SECRET: '0x4AAA\n' }).turnstileSecret).toBe('0x4AAA')
  })

  it('may be one for testing in development only, as that takes any token', () => {
    const env = { TURNSTILE_SECRET: '1x0000000000000000000000000000000AA' }
    expect(parseConfig({ ...DEVELOPMENT, ...env }).turnstileSecret).toBe(env.TURNSTILE_SECRET)
    const problem = problemOf({ ...PRODUCTION, ...env })
    expect(problem).toMatch(/^TURNSTILE_SECRET is one for testing.*npx wrangler secret put TURNSTILE_SECRET/)
    expect(problem).not.toContain(env.TURNSTILE_SECRET)
  })
})

describe('CORS_ORIGINS', () => {
  it('is a list of origins', () => {
    const env = { ...PRODUCTION, CORS_ORIGINS: 'https://a.example, http://localhost:3000 ,,' }
    expect(parseConfig(env).corsOrigins).toEqual(['https://a.example', 'http://localhost:3000'])
  })

  it.each([
    '*',
    'null',
    'a.example',
    'https://a.example/',
    'https://*.a.example/x',
    'https://A.example',
    'https://a.example https://b.example',
  ])('has no %j in it', (value) => {
    for (const list of [value, `https://fine.example,${value}`]) {
      expect(problemOf({ ...PRODUCTION, CORS_ORIGINS: list })).toMatch(/^CORS_ORIGINS must be origins such as /)
    }
  })
})

describe('the cost of a password hash', () => {
  const scrypt = (ln: number, r: number, p: number) => ({ SCRYPT_LN: String(ln), SCRYPT_R: String(r), SCRYPT_P: String(p) })

  it.each([
    [15, 8, 3],
    [14, 8, 5],
    [16, 8, 2],
  ])('may be ln=%i,r=%i,p=%i in production', (ln, r, p) => {
    expect(parseConfig({ ...PRODUCTION, ...scrypt(ln, r, p) }).scrypt).toEqual({ ln, r, p })
  })

  it.each([
    [4, 1, 1],
    [14, 8, 3],
    [15, 8, 2],
    [15, 4, 3],
    [12, 8, 16],
  ])('may be as low as ln=%i,r=%i,p=%i in development only', (ln, r, p) => {
    expect(problemOf({ ...PRODUCTION, ...scrypt(ln, r, p) })).toMatch(
      /^SCRYPT_LN, SCRYPT_R and SCRYPT_P are weaker than OWASP allows\. Set /,
    )
    expect(parseConfig({ ...DEVELOPMENT, ...scrypt(ln, r, p) }).scrypt).toEqual({ ln, r, p })
  })

  it.each([
    [20, 8, 1],
    [17, 8, 3],
    [16, 8, 16],
  ])('is never ln=%i,r=%i,p=%i, which would take seconds', (ln, r, p) => {
    for (const environment of [PRODUCTION, DEVELOPMENT]) {
      expect(problemOf({ ...environment, ...scrypt(ln, r, p) })).toMatch(/^SCRYPT_LN, SCRYPT_R and SCRYPT_P cost too much: /)
    }
  })

  it.each([
    ['SCRYPT_LN', 21],
    ['SCRYPT_R', 33],
    ['SCRYPT_P', 17],
    ['SCRYPT_LN', 0],
  ])('is refused by name where %s is %i', (name, value) => {
    expect(problemOf({ ...PRODUCTION, [name]: String(value) })).toMatch(new RegExp(`^${name} must be a whole number from 1 to `))
  })
})

describe('the password policy', () => {
  it('may be laxer in development only', () => {
    expect(parseConfig({ ...DEVELOPMENT, PASSWORD_MIN_LENGTH: '1' }).password.minLength).toBe(1)
    expect(problemOf({ ...PRODUCTION, PASSWORD_MIN_LENGTH: '7' })).toMatch(
      /^PASSWORD_MIN_LENGTH must be a whole number from 8 to 64\./,
    )
  })
})

describe('the way mail leaves', () => {
  const smtp = { ...PRODUCTION, MAIL_TRANSPORT: 'smtp', SMTP_HOST: 'smtp.example.com' }
  const http = { ...PRODUCTION, MAIL_TRANSPORT: 'http', MAIL_HTTP_KEY: 're_123' }

  it('is the binding in production and the mailbox in development, unless it is told', () => {
    expect(parseConfig(PRODUCTION).mail).toEqual({ transport: 'binding' })
    expect(parseConfig(DEVELOPMENT).mail).toEqual({ transport: 'mailbox' })
    expect(parseConfig({ ...DEVELOPMENT, MAIL_TRANSPORT: 'binding' }).mail).toEqual({ transport: 'binding' })
  })

  it.each([
    [{}, { port: 465, tls: 'implicit', credentials: null }],
    [{ SMTP_PORT: 587 }, { port: 587, tls: 'starttls', credentials: null }],
    [
      { SMTP_PORT: '2525', SMTP_TLS: 'starttls' },
      { port: 2525, tls: 'starttls', credentials: null },
    ],
    [
      { SMTP_PORT: '587', SMTP_TLS: 'implicit' },
      { port: 587, tls: 'implicit', credentials: null },
    ],
    [
      { SMTP_USER: 'u', SMTP_PASSWORD: 'ş p' },
      { port: 465, tls: 'implicit', credentials: { user: 'u', password: 'ş p' } },
    ],
  ])('over SMTP with %j is %j', (vars, server) => {
    expect(parseConfig({ ...smtp, ...vars }).mail).toEqual({ transport: 'smtp', server: { host: 'smtp.example.com', ...server } })
  })

  it('over HTTP goes to Resend, or to where it is told', () => {
    const service = { url: 'https://api.resend.com/emails', key: 're_123' }
    expect(parseConfig(http).mail).toEqual({ transport: 'http', service })
    const url = 'https://mail.example.com/v1/emails'
    expect(parseConfig({ ...http, MAIL_HTTP_URL: url }).mail).toEqual({ transport: 'http', service: { ...service, url } })
    const local = { ...DEVELOPMENT, MAIL_TRANSPORT: 'http', MAIL_HTTP_KEY: 'k', MAIL_HTTP_URL: 'http://127.0.0.1:2000/' }
    expect(parseConfig(local).mail).toMatchObject({ service: { url: 'http://127.0.0.1:2000/' } })
  })

  it.each([
    [{ ...PRODUCTION, MAIL_TRANSPORT: 'mailbox' }, /^MAIL_TRANSPORT must not be mailbox in production/],
    [{ ...PRODUCTION, MAIL_TRANSPORT: 'post' }, /^MAIL_TRANSPORT must be one of binding, smtp, http, mailbox\./],
    [{ ...smtp, SMTP_HOST: undefined }, /^SMTP_HOST must be a host name/],
    [{ ...smtp, SMTP_HOST: 'smtps://u:p@smtp.example.com' }, /^SMTP_HOST must be a host name/],
    [{ ...smtp, SMTP_PORT: '25' }, /^SMTP_PORT must not be 25/],
    [{ ...smtp, SMTP_PORT: '65536' }, /^SMTP_PORT must be a whole number from 1 to 65535/],
    [{ ...smtp, SMTP_TLS: 'none' }, /^SMTP_TLS must be one of implicit, starttls/],
    [{ ...smtp, SMTP_USER: 'u' }, /^SMTP_USER and SMTP_PASSWORD go together\. .*wrangler secret put SMTP_PASSWORD/],
    [{ ...smtp, SMTP_PASSWORD: 'hunter-two' }, /^SMTP_USER and SMTP_PASSWORD go together/],
    [{ ...http, MAIL_HTTP_URL: 'http://api.example.com' }, /^MAIL_HTTP_URL must be an https address/],
    [{ ...http, MAIL_HTTP_URL: 'https://user:hunter-two@api.example.com' }, /^MAIL_HTTP_URL must be an https address/],
    [{ ...http, MAIL_HTTP_KEY: undefined }, /^MAIL_HTTP_KEY is missing\. .*wrangler secret put MAIL_HTTP_KEY/],
    [{ ...http, MAIL_HTTP_KEY: 'hunter-two\nX: y' }, /^MAIL_HTTP_KEY is not a key/],
  ])('is refused for %j, without its secrets', (env, problem) => {
    expect(problemOf(env)).toMatch(problem)
    expect(problemOf(env)).not.toContain('hunter-two')
  })

  it('has a sender in ASCII, however its domain is written', () => {
    expect(parseConfig({ ...PRODUCTION, MAIL_FROM: 'Gate@Bücher.example' }).mailFrom).toBe('gate@xn--bcher-kva.example')
  })
})
