import { describe, expect, it } from 'vitest'
import { type Mail, MailNotTaken } from '../../../src/platform/mail/mail.ts'
import { renderMime } from '../../../src/platform/mail/mime-message.ts'

const MAIL: Mail = {
  to: 'ada@example.com',
  from: 'postern@auth.example.com',
  subject: 'Hello',
  text: 'Text\n',
  html: '<p>Text</p>\n',
}
const STAMP = { id: 'b6a1f0f2-6b0a-4f6e-9f51-1f5a7c3d2e10', queuedAt: 1_800_000_000 }

const subjectOf = (subject: string) => /^Subject: (.*(?:\r\n .*)*)$/m.exec(renderMime({ ...MAIL, subject }, STAMP))?.[1]

describe('a mail in MIME', () => {
  it('is this, to the letter', () => {
    expect(renderMime(MAIL, STAMP).split('\r\n')).toEqual([
      'From: postern@auth.example.com',
      'To: ada@example.com',
      'Subject: Hello',
      'Date: Fri, 15 Jan 2027 08:00:00 +0000',
      `Message-ID: <${STAMP.id}@auth.example.com>`,
      'MIME-Version: 1.0',
      'Auto-Submitted: auto-generated',
      'Content-Type: multipart/alternative;',
      ` boundary="postern-${STAMP.id}"`,
      '',
      `--postern-${STAMP.id}`,
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      'VGV4dA0K',
      `--postern-${STAMP.id}`,
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      'PHA+VGV4dDwvcD4NCg==',
      `--postern-${STAMP.id}--`,
      '',
    ])
  })

  it('is the same in every attempt', () => {
    expect(renderMime(MAIL, STAMP)).toBe(renderMime(MAIL, STAMP))
  })

  it.each([
    ['Doğrula', '=?utf-8?B?RG/En3J1bGE=?='],
    ['=?utf-8?B?eA==?=', '=?utf-8?B?PT91dGYtOD9CP2VBPT0/PQ==?='],
    ['Hello\r\nBcc: eve@example.com', 'Hello Bcc: eve@example.com'],
    ['\n.\r\n', ' . '],
  ])('has the subject %j as %j', (subject, written) => {
    expect(subjectOf(subject)).toBe(written)
  })

  it('folds a long subject between characters, in lines of at most 76', () => {
    const lines = `Subject: ${subjectOf('🔑ığ'.repeat(40))}`.split('\r\n')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(76)
    const words = lines.map((line) => /=\?utf-8\?B\?(.*)\?=$/.exec(line)?.[1] ?? '')
    const decoded = words.map((word) =>
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        Uint8Array.from(atob(word), (character) => character.charCodeAt(0)),
      ),
    )
    expect(decoded.join('')).toBe('🔑ığ'.repeat(40))
  })

  it.each([
    'ada@example.com\r\nBcc: eve@example.com',
    'ada@example.com>\r\nRCPT TO:<eve@example.com',
    'ada@example.com,eve@example.com',
    'Ada <ada@example.com>',
    'ada@exämple.com',
    'ada',
    '',
  ])('is not made for the address %j', (address) => {
    expect(() => renderMime({ ...MAIL, to: address }, STAMP)).toThrow('not a bare ASCII mailbox')
    expect(() => renderMime({ ...MAIL, from: address }, STAMP)).toThrow('not a bare ASCII mailbox')
  })
})

describe('what is said of a mail that was not taken', () => {
  it.each([
    ['no such user <ada@example.com> here', 'x: no such user … here'],
    ['see https://auth.example.com/verify-email?token=abc', 'x: see …'],
    [`token ${'0a'.repeat(32)} seen`, 'x: token … seen'],
    ['two\r\nlines', 'x: two lines'],
    ['word '.repeat(100), `x: ${'word '.repeat(100).slice(0, 200)}`],
    ['', 'x'],
  ])('of %j keeps what is fit for a log', (detail, message) => {
    expect(new MailNotTaken('x', { detail }).message).toBe(message)
  })

  it('is read no further than 2000 characters and never to the middle of a word, in no time', () => {
    const startedAt = performance.now()
    const said = (detail: string) => new MailNotTaken('http_500', { detail }).message
    expect(said('x'.repeat(200_000))).toBe('http_500')
    expect(said(`${'-'.repeat(200_000)} sorry`)).toBe('http_500')
    const links = `${'a'.repeat(199)} `.repeat(9)
    expect(said(`${links}${'b'.repeat(190)} ada.lovelace@example.com ${'c '.repeat(100_000)}`)).toBe(
      `http_500: ${'… '.repeat(10).trim()}`,
    )
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })
})
