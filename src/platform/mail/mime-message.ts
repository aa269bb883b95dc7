// A mail as RFC 5322 and MIME write it. Bodies are base64, so that every line is short and of ASCII; of the header fields
// only the subject may hold more than ASCII.
import type { Mail, MailStamp } from './mail.ts'

/** RFC 2045 §6.8. */
const BODY_LINE = 76
/** RFC 2047 §2: a line with encoded words has at most 76 characters. 39 bytes are 52 of base64; 12 frame them, 9 name the field. */
const ENCODED_WORD_BYTES = 39

/** @param mail its addresses are bare ASCII mailboxes */
export function renderMime({ from, to, subject, text, html }: Mail, { id, queuedAt }: MailStamp): string {
  const boundary = `postern-${id}`
  return [
    `From: ${requireMailbox(from)}`,
    `To: ${requireMailbox(to)}`,
    `Subject: ${encodeSubject(subject)}`,
    // RFC 5322 §3.3 lets "GMT" be read, and asks for "+0000" to be written.
    `Date: ${new Date(queuedAt * 1000).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${id}@${domainOf(from)}>`,
    'MIME-Version: 1.0',
    // RFC 3834 §5: keeps holiday notices from being sent in answer.
    'Auto-Submitted: auto-generated',
    `Content-Type: multipart/alternative;\r\n boundary="${boundary}"`,
    '',
    ...renderPart(boundary, 'text/plain', text),
    ...renderPart(boundary, 'text/html', html),
    `--${boundary}--`,
    '',
  ].join('\r\n')
}

export function domainOf(mailbox: string): string {
  return mailbox.slice(mailbox.lastIndexOf('@') + 1)
}

/** The last gate before a header field and an SMTP command: nothing in it may end either. */
export function requireMailbox(text: string): string {
  if (!/^[!-~]+@[!-~]+$/.test(text) || /[<>,;"()\\]/.test(text)) throw new Error('Cannot address a mail: not a bare ASCII mailbox')
  return text
}

function renderPart(boundary: string, mediaType: string, body: string): readonly string[] {
  // RFC 2045 §6.8: line breaks of text are CRLF before they are encoded.
  const lines = toBase64(body.replace(/\r?\n/g, '\r\n')).match(new RegExp(`.{1,${BODY_LINE}}`, 'g')) ?? []
  return [`--${boundary}`, `Content-Type: ${mediaType}; charset=utf-8`, 'Content-Transfer-Encoding: base64', '', ...lines]
}

function encodeSubject(subject: string): string {
  const line = subject.replace(/\p{Cc}+/gu, ' ')
  if (/^[ -~]{1,60}$/.test(line) && !line.includes('=?')) return line
  const words: string[] = []
  let word = ''
  for (const character of line) {
    if (new TextEncoder().encode(word + character).length > ENCODED_WORD_BYTES) {
      words.push(word)
      word = ''
    }
    word += character
  }
  // Folded between words, which a reader joins again without the space (RFC 2047 §6.2).
  return [...words, word].map((each) => `=?utf-8?B?${toBase64(each)}?=`).join('\r\n ')
}

export function toBase64(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}
