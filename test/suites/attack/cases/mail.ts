// Mail that leads elsewhere, to more people than one, or to one person more often than they can bear; and addresses taken before
// their owner comes.
import { expect } from 'vitest'
import { rows, tokensIn } from '../../../support/fixtures.ts'
import { anyAddress, PASSWORD, PUBLIC_URL, type TestApp } from '../../../support/harness.ts'
import { registerInBrowser } from '../../../support/http/page-browser.ts'
import type { Attack, AttackClass, Verdict } from '../attack.ts'

const V1 = '/api/v1/auth'

const HOSTS: readonly Readonly<Record<string, string>>[] = [
  { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' },
  { 'X-Forwarded-Host': 'localhost:8787@evil.example' },
  { 'X-Forwarded-Server': 'evil.example', 'X-Forwarded-Port': '1' },
  { Forwarded: 'host=evil.example;proto=https' },
  { 'X-Original-Host': 'evil.example', 'X-Host': 'evil.example' },
  { Origin: 'https://evil.example', Referer: 'https://evil.example/' },
]

const POISONED: readonly Attack[] = HOSTS.map((headers) => ({
  name: `mails a link to this service, whatever ${Object.keys(headers).join(' and ')} says`,
  advisories: ['GHSA-3529-5m8x-rpv3'],
  changes: true,
  async attempts({ app }) {
    const email = await app.createAccount()
    return ['http://evil.example', PUBLIC_URL].map((host) => ({
      method: 'POST',
      path: `${host}${V1}/forgot-password`,
      body: { email },
      headers,
    }))
  },
  answer: 'ok',
  async holds({ app }) {
    await app.settle()
    const { body } = await app.request('GET', '/dev/mailbox', { headers: { Accept: 'application/json' } })
    const links = (body.messages as { text: string }[]).map(({ text }) => text).filter((text) => text.includes('/reset-password'))
    expect(links.length).toBeGreaterThan(0)
    for (const text of links) expect(text).toMatch(new RegExp(`^${PUBLIC_URL}/reset-password\\?token=[0-9a-f]{64}&lang=en$`, 'm'))
    expect(JSON.stringify(body.messages)).not.toContain('evil.example')
  },
}))

const INJECTIONS = [
  'victim@example.com\r\nBcc: attacker@example.com',
  'victim@example.com\nSubject: x',
  'victim@example.com%0d%0aBcc:attacker@example.com',
  'victim@example.com\u2028Bcc: attacker@example.com',
  'victim@example.com,attacker@example.com',
  'attacker＠evil.example@example.com',
  'victim@example.com＠evil.example',
  'victim﹫example.com',
  '"a\\"b"@example.com',
  'victim@example.com>\r\nRCPT TO:<attacker@example.com',
  'Victim <victim@example.com>',
]

const INJECTED: readonly Attack[] = [
  ...INJECTIONS.map((email) => ({
    name: `mails nobody at ${JSON.stringify(email)}`,
    advisories: /[＠﹫]/.test(email) ? ['GHSA-7rqj-j65f-68wh'] : [],
    attempts: () =>
      ['/register', '/resend-verification', '/forgot-password'].map((path) => ({
        method: 'POST',
        path: V1 + path,
        body: { email, password: PASSWORD },
      })),
    answer: 'invalid' as const,
  })),
  {
    name: 'lets no line break into a name that mail may say',
    attempts: ({ attacker }) =>
      ['a\r\nBcc: b@example.com', 'a\nb', 'a\u2028b', 'a\u0085b', 'a\u001b[2Jb'].map((name) => ({
        method: 'PATCH',
        path: `${V1}/me`,
        token: attacker.access,
        body: { first_name: name },
      })),
    answer: 'invalid',
  },
]

const mailsTo = async (recipient: string) => (await rows('SELECT id FROM outbox WHERE recipient = ?', recipient)).length

const BOMBS: readonly Attack[] = [
  {
    name: 'mails one person at most 5 times an hour for one requesting address, and says the same each time',
    changes: true,
    attempts: () =>
      Array.from({ length: 12 }, () => ({
        method: 'POST',
        path: `${V1}/register`,
        body: { email: 'bombed@example.com', password: PASSWORD },
        ip: '203.0.113.50',
      })),
    answer: 'ok',
    holds: async () => expect(await mailsTo('bombed@example.com')).toBe(5),
  },
  {
    name: 'mails one person at most 80 times a day for strangers, from however many addresses',
    changes: true,
    attempts: () =>
      Array.from({ length: 90 }, () => ({
        method: 'POST',
        path: `${V1}/register`,
        body: { email: 'crowded@example.com', password: PASSWORD },
        ip: anyAddress(),
      })),
    answer: 'ok',
    holds: async () => expect(await mailsTo('crowded@example.com')).toBe(80),
  },
]

/** Whatever the mail says to whom, since each is as tiresome as the other. */
const OWNER_BOMBED: Attack = {
  name: 'mails whoever has an account as seldom, by whichever of two ways it is asked for',
  changes: true,
  async attempts({ app }) {
    const email = await app.createAccount({ email: 'owner@example.com' })
    return ['/register', '/resend-verification', '/register', '/resend-verification', '/register', '/resend-verification'].map(
      (path) => ({ method: 'POST', path: V1 + path, body: { email, password: PASSWORD }, ip: '203.0.113.51' }),
    )
  },
  answer: 'ok',
  holds: async () => expect(await rows("SELECT id FROM outbox WHERE requester_ip = '203.0.113.51'")).toHaveLength(5),
}

const SCANNED: Attack = {
  name: 'confirms nothing for a scanner of mail, which opens whatever link it finds',
  changes: true,
  async attempts({ app }) {
    await app.v1('POST', '/register', { body: { email: 'scanned@example.com', password: PASSWORD }, ip: anyAddress() })
    const path = `/verify-email?token=${await app.mailedToken('scanned@example.com')}`
    return ['GET', 'HEAD', 'GET'].map((method) => ({ method, path }))
  },
  answer: 'ok',
  holds: async () => expect(await rows(`SELECT id FROM users WHERE email = 'scanned@example.com'`)).toEqual([]),
}

const NEWCOMER = 'newcomer@example.com'
const ATTACKERS_PASSWORD = 'what the attacker chose'

const HIJACKS: readonly Attack[] = [
  {
    name: 'leaves nothing of a registration that came before the owner’s own: neither its password nor its name',
    advisories: ['GHSA-qq9h-g4jm-xgf3', 'GHSA-g38m-r43w-p2q7'],
    changes: true,
    async attempts({ app }) {
      const form = { email: NEWCOMER, password: ATTACKERS_PASSWORD, first_name: 'Attacker', username: 'taken-first' }
      await app.v1('POST', '/register', { body: form, ip: anyAddress() })
      await app.settle()
      await app.v1('POST', '/register', { body: { email: NEWCOMER, password: PASSWORD }, ip: anyAddress() })
      await app.v1('GET', `/verify-email?token=${await app.mailedToken(NEWCOMER)}`)
      return [
        { method: 'POST', path: `${V1}/login`, body: { email: NEWCOMER, password: ATTACKERS_PASSWORD } },
        { method: 'POST', path: `${V1}/login`, body: { username: 'taken-first', password: ATTACKERS_PASSWORD } },
        { call: 'login', with: [NEWCOMER, ATTACKERS_PASSWORD] },
      ]
    },
    answer: 'refused',
    async holds({ app }) {
      const { user } = (await app.v1('GET', '/me', { token: (await app.signIn(NEWCOMER)).access_token })).body
      expect(user).toMatchObject({ first_name: null, username: null })
      expect(await rows('SELECT id FROM registrations WHERE email = ?', NEWCOMER)).toEqual([])
    },
  },
  {
    name: 'gives an address that is not proven nothing at all',
    advisories: ['GHSA-fmh4-wcc4-5jm3'],
    changes: true,
    async attempts({ app }) {
      const form = { email: 'unproven@example.com', password: ATTACKERS_PASSWORD, username: 'unproven' }
      await app.v1('POST', '/register', { body: form, ip: anyAddress() })
      return [
        { method: 'POST', path: `${V1}/login`, body: { email: form.email, password: form.password } },
        { method: 'POST', path: `${V1}/login`, body: { username: form.username, password: form.password } },
        { method: 'POST', path: '/api/stable/auth/login', body: { username: form.username, password: form.password } },
        { call: 'login', with: [form.email, form.password] },
      ]
    },
    answer: 'refused',
  },
]

const CROWDED_OUT = 'crowded-out@example.com'
const STRANGERS = Array.from({ length: 20 }, (_, index) => `password of stranger ${index}`)

/** The owner registers last, when the day's mails are used up but for each requester's first. @returns the strangers' links */
async function crowdOut(app: TestApp): Promise<{ links: readonly string[]; cookie: string }> {
  for (const password of STRANGERS) await registerInBrowser(app, { email: CROWDED_OUT, password })
  const cookie = await registerInBrowser(app, { email: CROWDED_OUT, password: PASSWORD })
  const [own, ...links] = tokensIn(await app.mailTo(CROWDED_OUT))
  expect(own).toBeDefined()
  expect(links).toHaveLength(STRANGERS.length)
  return { links, cookie }
}

const asForm = (token: string, cookie: string, fields: Readonly<Record<string, string>> = {}) => ({
  method: 'POST',
  path: '/verify-email',
  body: new URLSearchParams({ token, ...fields }).toString(),
  headers: {
    'Content-Type': 'application/x-www-form-urlencoded',
    Cookie: cookie,
    Origin: PUBLIC_URL,
    'Sec-Fetch-Site': 'same-origin',
  },
})

const CROWDED: readonly Attack[] = [
  {
    name: 'opens no account to twenty strangers whose registrations came before the owner’s, by whichever link the owner confirms',
    changes: true,
    async attempts({ app }) {
      const { links, cookie } = await crowdOut(app)
      return [
        ...links.map((token) => asForm(token, cookie)),
        ...links.slice(0, 3).map((token) => asForm(token, cookie, { password: PASSWORD })),
        asForm(links[0] ?? '', cookie, { new_password: 'what the owner chose' }),
        ...STRANGERS.map((password) => ({ method: 'POST', path: `${V1}/login`, body: { email: CROWDED_OUT, password } })),
        { method: 'POST', path: `${V1}/login`, body: { email: CROWDED_OUT, password: 'what the owner chose' } },
      ]
    },
    answer: [...Array<Verdict>(23).fill('invalid'), 'ok', ...Array<Verdict>(20).fill('refused'), 'ok'],
    holds: async () => expect(await rows('SELECT id FROM registrations WHERE email = ?', CROWDED_OUT)).toEqual([]),
  },
  {
    name: 'lets no stranger’s cookie confirm a link of another’s registration',
    async attempts({ app }) {
      const email = 'left-alone@example.com'
      const cookies = [
        await registerInBrowser(app, { email, password: ATTACKERS_PASSWORD }),
        await registerInBrowser(app, { email: 'stranger@example.com', password: ATTACKERS_PASSWORD }),
      ]
      await app.settle()
      await registerInBrowser(app, { email, password: PASSWORD })
      const token = await app.mailedToken(email)
      return [...cookies, cookies.join('; ')].map((cookie) => asForm(token, cookie))
    },
    answer: 'invalid',
    changes: true,
    holds: async () => expect(await rows(`SELECT id FROM users WHERE email = 'left-alone@example.com'`)).toEqual([]),
  },
]

export const mail: AttackClass = {
  name: 'Mail',
  cases: [...POISONED, ...INJECTED, ...BOMBS, OWNER_BOMBED, SCANNED, ...HIJACKS, ...CROWDED],
}
