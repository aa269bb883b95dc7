// In which language the pages behind mailed links speak: all of a page, and every page on the way.
import { describe, expect, it } from 'vitest'
import { en } from '../../../src/http/pages/words/en.ts'
import { es } from '../../../src/http/pages/words/es.ts'
import { tr } from '../../../src/http/pages/words/tr.ts'
import { LOCALES, type Locale } from '../../../src/platform/identifiers/locale.ts'
import { breakableBindings } from '../../suites/faults/intercepted-bindings.ts'
import { askToMove, forget, move, NEW_PASSWORD, UNKNOWN_TOKEN } from '../../support/account-fixtures.ts'
import { anyAddress, PASSWORD, type Reply, startApp, type TestApp } from '../../support/harness.ts'
import { headingOf, registerInBrowser, submit } from '../../support/http/page-browser.ts'

const EMAIL = 'ada@example.com'
const NEW = 'new@example.com'
const WORDS = { en, es, tr }

const langOf = ({ text }: Reply) => /<html lang="(.*?)">/.exec(text)?.[1]

/** Every text of a language, in the order of their names. */
function textsOf(words: object): string[] {
  return Object.entries(words)
    .filter(([name]) => name !== 'lang')
    .flatMap(([, value]) => (typeof value === 'string' ? [value] : textsOf(value)))
}

const byName = (words: object) =>
  Object.fromEntries(Object.entries(words).map(([name, value]) => [name, textsOf({ value }).length]))

/** What a person reads: no markup, no values of fields. */
const readableOf = ({ text }: Reply) =>
  text
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replaceAll(/<[^>]*>/g, '\n')
    .replaceAll('&#39;', "'")

/** Nothing in a language that is not the page's, and all of it in one. */
function expectLanguage(reply: Reply, locale: Locale): void {
  expect(langOf(reply)).toBe(locale)
  const lines = readableOf(reply)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const own = textsOf(WORDS[locale]).map((text) => text.replace('{limit}', '8'))
  const others = LOCALES.filter((each) => each !== locale)
    .flatMap((each) => textsOf(WORDS[each]))
    .filter((text) => !own.includes(text))
  expect(lines.filter((line) => others.includes(line))).toEqual([])
  expect(own).toContain(headingOf(reply)?.replaceAll('&#39;', "'"))
}

/** The path of the newest link mailed to an address, as the mail has it. */
async function mailedPath(app: TestApp, email: string): Promise<string> {
  const [newest] = await app.mailTo(email)
  const path = /^http:\/\/localhost:8787(\/\S+)$/m.exec(newest?.text ?? '')?.[1]
  if (!path) throw new Error(`no link mailed to ${email}`)
  return path
}

async function startIn(locale: Locale) {
  const app = await startApp()
  const headers = { 'Accept-Language': locale }
  await registerInBrowser(app, { email: EMAIL, password: PASSWORD, username: 'ada' }, { headers })
  return app
}

async function startSignedIn(locale: Locale) {
  const app = await startIn(locale)
  await app.v1('GET', `/verify-email?token=${await app.mailedToken(EMAIL)}`)
  return { app, session: (await app.signIn(EMAIL)).access_token }
}

/** What leads to each page, and what its form is filled in with: first wrongly, where that can be, then rightly. */
const PAGES: readonly (readonly [
  string,
  (locale: Locale) => Promise<{ app: TestApp; to: string }>,
  ...Record<string, string>[],
])[] = [
  [
    '/verify-email',
    async (locale) => ({ app: await startIn(locale), to: EMAIL }),
    {},
    { password: 'wrong' },
    { new_password: 'short' },
    { password: PASSWORD },
    { new_password: 'late' },
  ],
  [
    '/reset-password',
    async (locale) => {
      const { app } = await startSignedIn(locale)
      await forget(app, EMAIL)
      return { app, to: EMAIL }
    },
    { password: 'short' },
    { password: NEW_PASSWORD },
  ],
  [
    '/confirm-email-change',
    async (locale) => {
      const { app, session } = await startSignedIn(locale)
      await askToMove(app, session, NEW)
      return { app, to: NEW }
    },
    {},
  ],
  [
    '/undo-email-change',
    async (locale) => {
      const { app, session } = await startSignedIn(locale)
      await move(app, session, EMAIL, NEW)
      return { app, to: EMAIL }
    },
    {},
  ],
]

const EVERY = LOCALES.flatMap((locale) => PAGES.map(([path, lead, ...forms]) => [path, locale, lead, forms] as const))

describe.each(EVERY)('the page at %s behind a mail in %s', (path, locale, lead, forms) => {
  const otherLanguage = { 'Accept-Language': locale === 'tr' ? 'es' : 'tr' }

  it('speaks the language of the mail from the link to the end, whatever the browser asks for', async () => {
    const { app, to } = await lead(locale)
    const link = await mailedPath(app, to)
    expect(link).toMatch(new RegExp(`^${path}\\?token=[0-9a-f]{64}&lang=${locale}$`))
    const token = new URLSearchParams(link.split('?')[1]).get('token') ?? ''
    const page = await app.request('GET', link, { headers: otherLanguage })
    expectLanguage(page, locale)
    const action = /<form method="post" action="([^"]*)"/.exec(page.text)?.[1] ?? ''
    for (const fields of forms) {
      expectLanguage(await submit(app, action, { token, ...fields }, { headers: otherLanguage }), locale)
    }
    expectLanguage(await app.request('GET', link, { headers: otherLanguage }), locale)
  })

  it('says in it what is wrong, too', async () => {
    const { bindings, fault } = breakableBindings()
    const app = await startApp({ bindings })
    const at = `${path}?lang=${locale}`
    const replies = [
      await app.request('GET', `${at}&token=${UNKNOWN_TOKEN}`, { headers: otherLanguage }),
      await submit(app, at, { token: UNKNOWN_TOKEN, password: NEW_PASSWORD }, { headers: otherLanguage }),
      await submit(app, at, { token: 'x'.repeat(16 * 1024) }, { headers: otherLanguage }),
      await app.request('POST', at, { body: {}, headers: otherLanguage }),
      await app.request('PUT', at, { headers: otherLanguage }),
    ]
    fault.store = 'database'
    replies.push(await app.request('GET', `${at}&token=${UNKNOWN_TOKEN}`, { headers: otherLanguage }))
    fault.store = null
    expect(replies.map(({ status }) => status)).toEqual([400, 400, 413, 415, 405, 503])
    for (const reply of replies) expectLanguage(reply, locale)
  })
})

describe('a page whose link names no language, or none of ours', () => {
  it.each([
    ['', 'es-MX,es;q=0.9,en;q=0.8', 'es'],
    ['?lang=', 'tr', 'tr'],
    ['?lang=de', 'tr', 'tr'],
    ['?lang=ES', 'tr', 'tr'],
    ['?lang=es-MX', 'tr', 'tr'],
    ['?lang=__proto__', 'en', 'en'],
    ['?lang=constructor', undefined, 'es'],
    ['?lang=%22%3E%3Cscript%3E', undefined, 'es'],
    ['?lang=tr&lang=en', 'en', 'tr'],
    ['', 'de', 'es'],
    ['', undefined, 'es'],
  ] as const)('speaks the browser’s, else the default one: %j for %j', async (query, language, locale) => {
    const app = await startApp({ vars: { DEFAULT_LOCALE: 'es' } })
    const headers = language === undefined ? {} : { 'Accept-Language': language }
    expectLanguage(await app.request('GET', `/verify-email${query}`, { headers }), locale)
  })

  it('keeps to the one it has found', async () => {
    const app = await startIn('en')
    const token = await app.mailedToken(EMAIL)
    const page = await app.request('GET', `/verify-email?token=${token}`, {
      headers: { 'Accept-Language': 'tr' },
      ip: anyAddress(),
    })
    expectLanguage(page, 'tr')
    expect(page.text).toContain('action="/verify-email?lang=tr"')
    expect(page.text).toContain(`href="/verify-email?lang=tr&amp;token=${token}&amp;new=1"`)
  })
})

describe('the words of pages', () => {
  it('are of three languages, each its own, and complete', () => {
    for (const locale of LOCALES) {
      expect(WORDS[locale].lang).toBe(locale)
      expect(byName(WORDS[locale])).toEqual(byName(en))
      expect(textsOf(WORDS[locale]).filter((text) => text.trim() !== text || text === '')).toEqual([])
    }
    const [english, spanish, turkish] = [en, es, tr].map((words) => textsOf(words))
    const shared = (english ?? []).filter((text, index) => text === spanish?.[index] || text === turkish?.[index])
    expect(shared).toEqual([])
  })

  it('have the number of characters where a rule is about it, and nowhere else', () => {
    for (const { passwordProblems } of Object.values(WORDS)) {
      const numbered = Object.entries(passwordProblems).flatMap(([rule, text]) => (text.includes('{limit}') ? [rule] : []))
      expect(numbered).toEqual(['too_short', 'too_long'])
    }
  })
})
