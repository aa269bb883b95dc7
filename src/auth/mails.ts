// The words of the mails. What a stranger typed into a form (names, username, user agent) is in none of them, so that
// nobody can have Postern deliver their message.
import type { Mail } from '../platform/mail.ts'

type Content = Omit<Mail, 'to' | 'from'>

export interface MailContext {
  readonly publicUrl: string
  /** Epoch seconds. */
  readonly requestedAt: number
  /** The address that asked, or `unknown`. */
  readonly ip: string
}

/** Where the link in a verification mail leads: a page that asks for one press of a button. */
export function verificationLink(publicUrl: string, token: string): string {
  return `${publicUrl}/verify-email?token=${token}`
}

export function verificationMail(context: MailContext, token: string, ttlSeconds: number): Content {
  const link = verificationLink(context.publicUrl, token)
  return compose('Confirm your e-mail address', [
    `Somebody, we hope you, registered this e-mail address at ${context.publicUrl}.`,
    'To confirm it, open this page and press the button on it:',
    { link },
    `The link works for ${inHours(ttlSeconds)}. The request came ${origin(context)}.`,
    'If it was not you, do nothing: without the link the registration comes to nothing.',
  ])
}

export function alreadyRegisteredMail(context: MailContext): Content {
  return compose('You already have an account', [
    `Somebody, perhaps you, tried to register this e-mail address at ${context.publicUrl}, where it has an account already.`,
    'If it was you, sign in with the password of that account.',
    `The request came ${origin(context)}.`,
    'If it was not you, do nothing: your account is as it was.',
  ])
}

type Paragraph = string | { readonly link: string }

function compose(subject: string, paragraphs: readonly Paragraph[]): Content {
  const text = paragraphs.map((paragraph) => (typeof paragraph === 'string' ? paragraph : paragraph.link)).join('\n\n')
  const html = paragraphs
    .map((paragraph) => `<p>${typeof paragraph === 'string' ? escapeHtml(paragraph) : anchor(paragraph.link)}</p>`)
    .join('\n')
  return {
    subject,
    text: `${text}\n`,
    html: `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head><body>\n${html}\n</body></html>\n`,
  }
}

function anchor(link: string): string {
  return `<a href="${escapeHtml(link)}">${escapeHtml(link)}</a>`
}

function origin({ requestedAt, ip }: MailContext): string {
  const time = `${new Date(requestedAt * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return ip === 'unknown' ? `on ${time}` : `on ${time} from the address ${ip}`
}

function inHours(seconds: number): string {
  const hours = Math.round(seconds / 3600)
  if (hours < 1) return `${Math.round(seconds / 60)} minutes`
  return hours === 1 ? 'one hour' : `${hours} hours`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
