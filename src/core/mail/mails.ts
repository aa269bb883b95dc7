// Every mail there is, and how one is put together from the words of a language. What a stranger typed into a form (names,
// username, user agent) is in none of them, so that nobody can have Postern deliver their message.
import type { DeviceName } from '../../platform/identifiers/device-name.ts'
import type { Locale } from '../../platform/identifiers/locale.ts'
import { printable } from '../../platform/identifiers/printable-text.ts'
import type { Mail } from '../../platform/mail/mail.ts'
import { renderMinute } from '../../platform/runtime/rfc3339.ts'
import { en } from './words/en.ts'
import { es } from './words/es.ts'
import { tr } from './words/tr.ts'
import type { MailWords } from './words/words.ts'

export type MailMessage =
  | {
      readonly kind:
        | 'verify_email'
        | 'prove_email'
        | 'reset_password'
        | 'confirm_email_change'
        | 'account_taken_back'
        | 'username_changed'
      readonly link: string
      readonly ttlSeconds: number
    }
  /** To addresses of before. The new one is shown masked: whoever took the account over may have chosen it for its words. */
  | { readonly kind: 'email_changed'; readonly newEmail: string; readonly link: string; readonly ttlSeconds: number }
  /** To an address that the account was taken back from. */
  | { readonly kind: 'address_released' | 'address_replaced'; readonly newEmail: string }
  /** With a link where somebody may take the account back. */
  | { readonly kind: 'account_deleted'; readonly link: string; readonly ttlSeconds: number }
  | { readonly kind: 'account_deleted' }
  | { readonly kind: 'new_sign_in'; readonly device: DeviceName | null }
  | { readonly kind: 'password_changed'; readonly pinRemoved: boolean }
  | { readonly kind: 'already_registered' | 'pin_changed' }

export interface MailContext {
  readonly publicUrl: string
  /** Epoch seconds. */
  readonly requestedAt: number
  /** The address that asked, or `unknown`. */
  readonly ip: string
}

export type MailContent = Omit<Mail, 'to' | 'from'>

const WORDS: Readonly<Record<Locale, MailWords>> = { en, es, tr }

/** Where the link in a mail leads: a page of this worker that asks for one press of a button. */
export function mailedLink(
  publicUrl: string,
  page: 'verify-email' | 'reset-password' | 'confirm-email-change' | 'undo-email-change',
  token: string,
): string {
  return `${publicUrl}/${page}?token=${token}`
}

export function renderMail(message: MailMessage, context: MailContext, locale: Locale): MailContent {
  const words = WORDS[locale]
  const [subject, ...templates] = words.texts[message.kind]
  const values: Values = { ...valuesOf(message, locale), site: context.publicUrl, origin: originOf(context, words) }
  const paragraphs = templates.flatMap((template) => fill(template, values) ?? []).map(printable)
  const body = paragraphs.map((text) => `<p>${text === values.link ? anchor(text) : escapeHtml(text)}</p>`)
  return {
    subject,
    text: `${paragraphs.join('\n\n')}\n`,
    html: `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0 auto;max-width:34rem;padding:1.5rem;font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere">
<h1 style="font-size:1.25rem">${escapeHtml(subject)}</h1>
${body.join('\n')}
</body></html>
`,
  }
}

/** The page speaks the language of the mail that leads to it. */
function speaking(link: string, locale: Locale): string {
  return `${link}&lang=${locale}`
}

type Values = Readonly<Record<string, string | null>>

function valuesOf(message: MailMessage, locale: Locale): Values {
  switch (message.kind) {
    case 'verify_email':
    case 'prove_email':
    case 'reset_password':
    case 'confirm_email_change':
    case 'account_taken_back':
    case 'username_changed':
      return { link: speaking(message.link, locale), ttl: renderDuration(message.ttlSeconds, locale) }
    case 'email_changed':
      return {
        email: maskAddress(message.newEmail),
        link: speaking(message.link, locale),
        ttl: renderDuration(message.ttlSeconds, locale),
      }
    case 'address_released':
    case 'address_replaced':
      return { email: maskAddress(message.newEmail) }
    case 'account_deleted':
      return 'link' in message
        ? { link: speaking(message.link, locale), ttl: renderDuration(message.ttlSeconds, locale) }
        : { link: null, ttl: null }
    case 'password_changed':
      return { pin: message.pinRemoved ? 'PIN' : null }
    case 'new_sign_in':
      return { device: message.device }
    default:
      return {}
  }
}

/** @returns `null` where a value is missing @throws Error for a name that is no value: a slip in the words */
function fill(template: string, values: Values): string | null {
  let isComplete = true
  const text = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`Cannot write mail: there is no value ${name}`)
    if (value === null) isComplete = false
    return value ?? ''
  })
  return isComplete ? text : null
}

function originOf({ requestedAt, ip }: MailContext, words: MailWords): string {
  const from = { time: renderMinute(requestedAt), ip }
  return fill(ip === 'unknown' ? words.originUnknown : words.origin, from) ?? ''
}

/** Each with its seconds, and the number of it from which on nobody would read it any more. */
const UNITS = [
  ['second', 1, 180],
  ['minute', 60, 180],
  ['hour', 3600, 100],
  ['day', 86_400, Number.POSITIVE_INFINITY],
] as const

/**
 * Rounded down, or a mail would promise more than its link keeps: to the smallest unit whose number can be read, then said in
 * the largest unit that says the same. One day is "24 hours": with "1 day" people think of tomorrow night.
 */
function renderDuration(seconds: number, locale: Locale): string {
  const [, size] = UNITS.find(([, each, most]) => seconds < most * each) ?? UNITS[3]
  const rounded = Math.floor(seconds / size) * size
  const [unit, told] =
    UNITS.findLast(([name, each]) => rounded % each === 0 && rounded >= (name === 'day' ? 2 * each : each)) ?? UNITS[0]
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(rounded / told)
}

/** `ada@mail.example.com` as `a…@m….com`: enough for its owner to know it by. */
function maskAddress(address: string): string {
  const [localPart = '', domain = ''] = address.split('@')
  return `${localPart.slice(0, 1)}…@${domain.slice(0, 1)}….${domain.split('.').at(-1)}`
}

function anchor(link: string): string {
  return `<a href="${escapeHtml(link)}">${escapeHtml(link)}</a>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
