// What every language has to say. A text left out, or one for a mail that does not exist, is a type error.
import type { MailMessage } from '../mails.ts'

/** Of the mail: a subject, then its paragraphs; values stand as `{name}`. A paragraph whose value is missing is left out. */
export type MailText = readonly [subject: string, ...paragraphs: string[]]

export interface MailWords {
  /** Where the request came from, as a sentence: `{time}` and `{ip}`; without the address where it is not known. */
  readonly origin: string
  readonly originUnknown: string
  readonly texts: Readonly<Record<MailMessage['kind'], MailText>>
}
