import { describe, expect, it } from 'vitest'
import { rows } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'

const EMAIL = 'ada@example.com'
const CONFIRM = { en: 'Confirm your e-mail address', es: 'Confirma tu correo electrónico', tr: 'E-posta adresinizi doğrulayın' }
const HAS_ACCOUNT = { en: 'You already have an account', es: 'Ya tienes una cuenta', tr: 'Zaten bir hesabınız var' }

function post(app: TestApp, path: string, language: string | null, body: Readonly<Record<string, unknown>>) {
  return app.v1('POST', path, { body, ip: anyAddress(), headers: language === null ? {} : { 'Accept-Language': language } })
}

const register = (app: TestApp, language: string | null, email = EMAIL) =>
  post(app, '/register', language, { email, password: PASSWORD })

const subjects = async (app: TestApp) => (await app.mailTo(EMAIL)).map(({ subject }) => subject)

describe('the language of mail', () => {
  it.each([
    ['tr-TR,tr;q=0.9,en;q=0.8', 'tr'],
    ['es', 'es'],
    ['de,fr;q=0.9', 'en'],
    [null, 'en'],
  ] as const)('for a registration that asks for %j is %s', async (language, locale) => {
    const app = await startApp()
    await register(app, language)
    expect(await subjects(app)).toEqual([CONFIRM[locale]])
  })

  it('is DEFAULT_LOCALE where a registration asks for none of ours', async () => {
    const app = await startApp({ vars: { DEFAULT_LOCALE: 'es' } })
    await register(app, 'de')
    expect(await subjects(app)).toEqual([CONFIRM.es])
  })

  it('of another link is the one of its registration, whatever the request asks for', async () => {
    const app = await startApp()
    await register(app, 'tr')
    await post(app, '/resend-verification', 'es', { email: EMAIL })
    expect(await subjects(app)).toEqual([CONFIRM.tr, CONFIRM.tr])
  })

  it('goes from the confirmed registration to the account, and is then the owner’s, not the one of whoever asks', async () => {
    const app = await startApp()
    await register(app, 'tr')
    await app.v1('GET', `/verify-email?token=${await app.mailedToken(EMAIL)}`)
    expect(await rows('SELECT locale FROM users')).toEqual([{ locale: 'tr' }])
    await register(app, 'es')
    await post(app, '/resend-verification', 'en', { email: EMAIL })
    expect((await subjects(app)).slice(0, 2)).toEqual([HAS_ACCOUNT.tr, HAS_ACCOUNT.tr])
  })

  it('is kept as none where none was asked for, so that the default can change', async () => {
    const app = await startApp()
    await register(app, null)
    await app.v1('GET', `/verify-email?token=${await app.mailedToken(EMAIL)}`)
    expect(await rows('SELECT locale FROM users')).toEqual([{ locale: null }])
    const later = await startApp({ keepStorage: true, vars: { DEFAULT_LOCALE: 'es' }, now: app.clock.now })
    await register(later, 'en')
    expect((await subjects(later))[0]).toBe(HAS_ACCOUNT.es)
  })
})
