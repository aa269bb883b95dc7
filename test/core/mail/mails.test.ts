import { describe, expect, it } from 'vitest'
import { type MailContext, type MailMessage, mailedLink, renderMail } from '../../../src/core/mail/mails.ts'
import { LOCALES } from '../../../src/platform/identifiers/locale.ts'

const SITE = 'https://auth.example.com'
const TOKEN = '0123456789abcdef'.repeat(4)
const LINK = mailedLink(SITE, 'verify-email', TOKEN)
/** As a mail has it. */
const linkIn = (locale: string) => `${LINK}&lang=${locale}`
const hasLink = (message: MailMessage) => 'link' in message || 'undoLink' in message
const CONTEXT: MailContext = { publicUrl: SITE, requestedAt: 1_800_000_000, ip: '192.0.2.1' }

const WITH_LINK = { link: LINK, ttlSeconds: 86_400 }
const MESSAGES: { readonly [K in MailMessage['kind']]: MailMessage & { readonly kind: K } } = {
  verify_email: { kind: 'verify_email', ...WITH_LINK },
  prove_email: { kind: 'prove_email', ...WITH_LINK },
  already_registered: { kind: 'already_registered' },
  reset_password: { kind: 'reset_password', ...WITH_LINK },
  password_changed: { kind: 'password_changed', pinRemoved: true },
  account_taken_back: { kind: 'account_taken_back', ...WITH_LINK },
  address_released: { kind: 'address_released', newEmail: 'grace@mail.example.org' },
  address_replaced: { kind: 'address_replaced', newEmail: 'grace@mail.example.org' },
  username_changed: { kind: 'username_changed', ...WITH_LINK },
  confirm_email_change: { kind: 'confirm_email_change', ...WITH_LINK },
  email_changed: { kind: 'email_changed', newEmail: 'grace@mail.example.org', link: LINK, ttlSeconds: 7 * 86_400 },
  new_sign_in: { kind: 'new_sign_in', device: 'Firefox, Windows' },
  pin_changed: { kind: 'pin_changed' },
  account_deleted: { kind: 'account_deleted' },
}
const EVERY = LOCALES.flatMap((locale) => Object.values(MESSAGES).map((message) => [locale, message.kind, message] as const))

describe.each(EVERY)('in %s, the mail %s', (locale, _, message) => {
  it('has every value filled in, the same words in both parts, and names its language', () => {
    const { subject, text, html } = renderMail(message, CONTEXT, locale)
    for (const part of [subject, text, html]) expect(part).not.toMatch(/[{}]|undefined|null/)
    expect(text).toContain('2027-01-15 08:00 UTC')
    expect(text).toContain('192.0.2.1')
    expect(text).toContain(SITE)
    expect(html).toContain(`<html lang="${locale}">`)
    const said = html.replaceAll(/^<p>(?:<a [^>]*>)?(.*?)(?:<\/a>)?<\/p>$/gm, '$1')
    const escaped = (paragraph: string) => paragraph.replaceAll('&', '&#38;').replaceAll("'", '&#39;')
    for (const paragraph of text.trim().split('\n\n')) expect(said).toContain(escaped(paragraph))
  })

  it('loads nothing and runs nothing', () => {
    const { html } = renderMail(message, CONTEXT, locale)
    expect(html).not.toMatch(/<(img|script|link|iframe|object|style)|url\(|src=|\bon\w+=/i)
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href.replaceAll('&#38;', '&'))
    expect(links).toEqual(hasLink(message) ? [linkIn(locale)] : [])
  })

  it('has a link alone on its line, so that a program finds it, to a page that speaks the same language', () => {
    const { text } = renderMail(message, CONTEXT, locale)
    const links = text.split('\n').filter((line) => /^https?:\S+$/.test(line))
    expect(links).toEqual(hasLink(message) ? [linkIn(locale)] : [])
  })
})

describe('the words', () => {
  it('are of three languages, each its own', () => {
    const subjects = LOCALES.map((locale) => renderMail(MESSAGES.verify_email, CONTEXT, locale).subject)
    expect(subjects).toEqual(['Confirm your e-mail address', 'Confirma tu correo electrónico', 'E-posta adresinizi doğrulayın'])
    const texts = EVERY.map(([locale, , message]) => renderMail(message, CONTEXT, locale).text)
    expect(new Set(texts).size).toBe(EVERY.length)
  })

  it.each([
    [45, 'en', '45 seconds'],
    [300, 'en', '5 minutes'],
    [3600, 'en', '1 hour'],
    [5400, 'en', '90 minutes'],
    [5459, 'en', '90 minutes'],
    [9000, 'en', '150 minutes'],
    [86_399, 'en', '23 hours'],
    [86_400, 'en', '24 hours'],
    [2 * 86_400, 'en', '2 days'],
    [2.5 * 86_400, 'en', '60 hours'],
    [7 * 86_400 - 1, 'en', '6 days'],
    [7 * 86_400, 'en', '7 days'],
    [3600, 'es', '1 hora'],
    [5400, 'es', '90 minutos'],
    [86_400, 'es', '24 horas'],
    [5400, 'tr', '90 dakika'],
    [7 * 86_400, 'tr', '7 gün'],
  ] as const)('say %i seconds in %s as %s', (ttlSeconds, locale, said) => {
    expect(renderMail({ kind: 'verify_email', link: LINK, ttlSeconds }, CONTEXT, locale).text).toContain(` ${said}`)
  })

  it('never promise more life than a link has, and hardly less', () => {
    const sizes = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const
    for (let ttlSeconds = 20; ttlSeconds < 40 * 86_400; ttlSeconds = Math.ceil(ttlSeconds * 1.013)) {
      const { text } = renderMail({ kind: 'verify_email', link: LINK, ttlSeconds }, CONTEXT, 'en')
      const [, count, unit] = /works for (\d+) (second|minute|hour|day)s?\./.exec(text) ?? []
      const promised = Number(count) * sizes[unit as keyof typeof sizes]
      expect([ttlSeconds, promised <= ttlSeconds, promised > 0.75 * ttlSeconds]).toEqual([ttlSeconds, true, true])
    }
  })

  it.each(LOCALES)('in %s leave out where a request came from, and with what, when that is not known', (locale) => {
    const { text } = renderMail({ kind: 'new_sign_in', device: null }, { ...CONTEXT, ip: 'unknown' }, locale)
    expect(text).not.toMatch(/unknown|null|: ?\./)
    expect(text.trim().split('\n\n')).toHaveLength(3)
  })
})

describe('what somebody else has chosen', () => {
  it('reaches the owner of the address masked, so that it carries no message and no link', () => {
    const newEmail = 'call-0800-555-now@visit-evil.example'
    const { text, html } = renderMail({ kind: 'email_changed', newEmail, link: LINK, ttlSeconds: 60 }, CONTEXT, 'en')
    expect(text).toContain('another e-mail address now: c…@v….example.')
    expect(text + html).not.toMatch(/0800|evil/)
  })

  it('cannot leave the text it is put into', () => {
    const link = `${LINK}"><script>alert(1)</script>&'`
    const { html } = renderMail({ kind: 'verify_email', link, ttlSeconds: 60 }, { ...CONTEXT, ip: '<b>' }, 'en')
    expect(html).not.toMatch(/<script|<b>/)
    expect(html).toContain('&#38;&#39;')
  })
})
