// Mail over real sockets: the transports in workerd, against a real SMTP server with TLS and a real HTTP server, both of which
// misbehave in the ways that servers do.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Mail, MailStamp } from '../../../src/platform/mail/mail.ts'
import type { SmtpServer } from '../../../src/platform/mail/smtp-session.ts'
import { inProject } from '../../../tools/project.ts'
import { captureTool } from '../../../tools/run-tool.ts'
import { type Certificate, makeCertificate } from '../../support/e2e/certificate.ts'
import { makeTemporaryDirectory } from '../../support/e2e/checkout.ts'
import type { Errand, Outcome } from '../../support/e2e/mail-probe.ts'
import { PASSWORD, startSmtpInbox, USER } from '../../support/e2e/smtp-inbox.ts'

const MAIL: Mail = {
  to: 'ada@example.com',
  from: 'postern@auth.example.com',
  subject: 'E-posta adresinizi doğrulayın, çünkü bu başlık bir satıra sığmayacak kadar uzun: ığüşöç 🔑',
  text: 'Bağlantı 24 saat boyunca geçerlidir.\n.\n..two dots\nQUIT\n',
  html: `<p>${'çok uzun '.repeat(300)}</p>\n`,
}
const STAMP: MailStamp = { id: 'b6a1f0f2-6b0a-4f6e-9f51-1f5a7c3d2e10', queuedAt: 1_800_000_000 }
const CREDENTIALS = { user: USER, password: PASSWORD }

let directory: string
let trusted: Certificate
let untrusted: Certificate
let miniflare: Miniflare

beforeAll(async () => {
  directory = await makeTemporaryDirectory()
  trusted = await makeCertificate(directory, 'trusted')
  untrusted = await makeCertificate(directory, 'untrusted')
  // miniflare reads this as it is loaded.
  process.env.NODE_EXTRA_CA_CERTS = trusted.path
  const { convertV4MiniflareOptions, Miniflare } = await import('miniflare')
  const compatibility = { compatibilityDate: '2026-10-01', compatibilityFlags: ['nodejs_compat'] }
  const config = join(directory, 'wrangler.toml')
  const entry = JSON.stringify(inProject('test/support/e2e/mail-probe.ts'))
  await writeFile(config, `name = "probe"\nmain = ${entry}\ncompatibility_date = "2026-10-01"\n`)
  const build = await captureTool('wrangler', ['deploy', '--dry-run', '--config', config, '--outdir', join(directory, 'out')])
  if (build.code !== 0) throw new Error(`Cannot build the probe: ${build.stderr}`)
  const contents = await readFile(join(directory, 'out', 'mail-probe.js'), 'utf8')
  const modules = [{ type: 'ESModule' as const, path: 'index.js', contents }]
  miniflare = new Miniflare(convertV4MiniflareOptions({ ...compatibility, name: 'probe', modules }))
})
afterAll(async () => {
  await miniflare?.dispose()
  await rm(directory, { recursive: true, force: true })
})

async function run(errand: Partial<Errand>): Promise<Outcome> {
  const body = JSON.stringify({ mail: MAIL, stamp: STAMP, deadlineMilliseconds: 5000, ...errand })
  return (await (await miniflare.dispatchFetch('http://probe.local', { method: 'POST', body })).json()) as Outcome
}

const SENT = { code: 'sent', isPermanent: false, message: '' }
const at = (port: number, changes: Partial<SmtpServer> = {}): { readonly smtp: SmtpServer } => ({
  smtp: { host: 'localhost', port, tls: 'implicit', credentials: CREDENTIALS, ...changes },
})

/** Header fields unfolded, and the decoded bodies. */
function readMime(raw: string) {
  const [head = '', ...parts] = raw.split(/^--postern-[0-9a-f-]+(?:--)?\r\n/m)
  const fields = new Map(
    head
      .trim()
      .replace(/\r\n[ \t]+/g, ' ')
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const),
  )
  const bodies = parts
    .filter((part) => part !== '')
    .map((part) => Buffer.from(part.slice(part.indexOf('\r\n\r\n')), 'base64').toString('utf8'))
  return { fields, bodies }
}

/** RFC 2047: adjacent encoded words belong together. */
function decodeWords(text: string): string {
  const words = [...text.matchAll(/=\?utf-8\?B\?([^?]*)\?=/g)].map(([, word = '']) => Buffer.from(word, 'base64').toString('utf8'))
  return words.join('')
}

describe.each(['implicit', 'starttls'] as const)('a mail over SMTP with TLS by %s', (tls) => {
  const secure = tls === 'implicit'

  it.each(['PLAIN', 'LOGIN'])('arrives whole, encrypted and signed in by %s', async (mechanism) => {
    await using inbox = await startSmtpInbox(trusted, { secure, authMethods: [mechanism] })
    expect(await run(at(inbox.port, { tls }))).toEqual(SENT)
    expect(inbox.received).toMatchObject([{ from: MAIL.from, to: [MAIL.to], wasEncrypted: true, user: USER }])
    const raw = inbox.received[0]?.raw ?? ''
    const { fields, bodies } = readMime(raw)
    expect(Object.fromEntries(fields)).toMatchObject({
      From: MAIL.from,
      To: MAIL.to,
      Date: 'Fri, 15 Jan 2027 08:00:00 +0000',
      'Message-ID': `<${STAMP.id}@auth.example.com>`,
      'Auto-Submitted': 'auto-generated',
    })
    expect(decodeWords(fields.get('Subject') ?? '')).toBe(MAIL.subject)
    expect(bodies).toEqual([MAIL.text, MAIL.html].map((body) => body.replaceAll('\n', '\r\n')))
    for (const line of raw.split('\r\n')) expect(line).toMatch(/^[\t -~]{0,76}$/)
  })

  it('arrives without signing in where there is nothing to sign in with', async () => {
    await using inbox = await startSmtpInbox(trusted, { secure, authOptional: true })
    expect(await run(at(inbox.port, { tls, credentials: null }))).toEqual(SENT)
    expect(inbox.received).toMatchObject([{ wasEncrypted: true, user: undefined }])
  })

  it('is not sent to a server whose certificate nobody vouches for', async () => {
    await using inbox = await startSmtpInbox(untrusted, { secure })
    expect((await run(at(inbox.port, { tls }))).code).toMatch(/^smtp_broken_in_/)
    expect(inbox.received).toEqual([])
  })

  it('is not sent to a server whose certificate is for another name', async () => {
    await using inbox = await startSmtpInbox(trusted, { secure })
    expect((await run(at(inbox.port, { tls, host: '127.0.0.1' }))).code).toMatch(/^smtp_broken_in_/)
    expect(inbox.received).toEqual([])
  })
})

describe('a refusal by SMTP', () => {
  const refuse = (responseCode: number, words: string) => Object.assign(new Error(words), { responseCode })

  it.each([
    [550, true],
    [552, true],
    [421, false],
    [450, false],
    [452, false],
  ])('of the recipient with %i is for good: %s', async (responseCode, isPermanent) => {
    await using inbox = await startSmtpInbox(trusted, {
      secure: true,
      onRcptTo: ({ address }, _, callback) => callback(refuse(responseCode, `<${address}> is not welcome`)),
    })
    const outcome = await run(at(inbox.port))
    expect(outcome).toMatchObject({ code: `smtp_${responseCode}`, isPermanent })
    expect(outcome.message).toContain('… is not welcome')
  })

  it.each([
    ['the sender', { onMailFrom: (_address, _session, callback) => callback(refuse(553, 'not yours')) }, 'smtp_553'],
    [
      'the mail itself',
      {
        onData: (stream, _session, callback) => {
          stream.resume().on('end', () => callback(refuse(554, 'looks like spam')))
        },
      },
      'smtp_554',
    ],
  ] satisfies [string, Parameters<typeof startSmtpInbox>[1], string][])('of %s is for good', async (_, options, code) => {
    await using inbox = await startSmtpInbox(trusted, { secure: true, ...options })
    expect(await run(at(inbox.port))).toMatchObject({ code, isPermanent: true })
  })

  it('of the password is about the settings, so that mail waits until they are mended', async () => {
    await using inbox = await startSmtpInbox(trusted, { secure: true })
    const outcome = await run(at(inbox.port, { credentials: { user: USER, password: 'another' } }))
    expect(outcome).toMatchObject({ code: 'smtp_535', isPermanent: false })
    expect(inbox.received).toEqual([])
  })

  it('to talk at all is about this client, not about the mail', async () => {
    await using inbox = await startSmtpInbox(trusted, {
      secure: true,
      onConnect: (_, callback) => callback(refuse(554, 'go away')),
    })
    expect(await run(at(inbox.port))).toMatchObject({ code: 'smtp_554', isPermanent: false })
  })

  it('to be signed in to, where there is something to sign in with, keeps the password', async () => {
    await using inbox = await startSmtpInbox(trusted, { secure: true, disabledCommands: ['AUTH'] })
    expect(await run(at(inbox.port))).toMatchObject({ code: 'smtp_no_auth', isPermanent: false })
    expect(inbox.received).toEqual([])
  })
})

/** A server of raw bytes, for what smtp-server would never do. It notes all it hears. */
async function startRudeServer(react: (heard: string, socket: Socket) => void, greeting = '220 rude\r\n') {
  const heard: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.write(greeting)
    socket.on('data', (chunk) => {
      heard.push(chunk.toString('latin1'))
      react(chunk.toString('latin1'), socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    heard: () => heard.join(''),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

describe('a password and a mail', () => {
  it('are not sent in the clear to a server that offers no STARTTLS, or whose offer was taken out on the way', async () => {
    await using server = await startRudeServer((_, socket) => void socket.write('250-rude\r\n250 AUTH PLAIN LOGIN\r\n'))
    expect(await run(at(server.port, { tls: 'starttls' }))).toMatchObject({ code: 'smtp_no_starttls', isPermanent: false })
    expect(server.heard()).toBe('EHLO auth.example.com\r\n')
  })

  it('are not sent where the offer of STARTTLS is taken back', async () => {
    await using server = await startRudeServer((heard, socket) => {
      socket.write(heard.startsWith('EHLO') ? '250-rude\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n' : '454 not now\r\n')
    })
    expect(await run(at(server.port, { tls: 'starttls' }))).toMatchObject({ code: 'smtp_454', isPermanent: false })
    expect(server.heard()).toBe('EHLO auth.example.com\r\nSTARTTLS\r\n')
  })

  it('are not sent where replies were put behind the one to STARTTLS, to be taken for encrypted ones', async () => {
    await using server = await startRudeServer((heard, socket) => {
      socket.write(heard.startsWith('EHLO') ? '250-rude\r\n250 STARTTLS\r\n' : '220 go\r\n250-forged\r\n250 AUTH PLAIN\r\n')
    })
    expect(await run(at(server.port, { tls: 'starttls' }))).toMatchObject({ code: 'smtp_broken_in_tls', isPermanent: false })
    expect(server.heard()).toBe('EHLO auth.example.com\r\nSTARTTLS\r\n')
  })
})

describe('an SMTP server that fails', () => {
  it('by hanging up after the mail was given is asked again later, and the worker is free at once', async () => {
    await using inbox = await startSmtpInbox(trusted, {
      secure: true,
      onData(stream) {
        stream.resume().on('end', () => {
          for (const { _socket } of (this as unknown as { connections: Iterable<{ _socket: Socket }> }).connections)
            _socket.destroy()
        })
      },
    })
    const startedAt = performance.now()
    expect(await run(at(inbox.port))).toMatchObject({ code: 'smtp_broken_in_mail', isPermanent: false })
    expect(performance.now() - startedAt).toBeLessThan(4000)
  })

  it.each([
    ['with nothing', (_: string, socket: Socket) => void socket.end()],
    ['in the middle of a reply', (_: string, socket: Socket) => void socket.end('250-ru')],
  ])('by hanging up %s is asked again later', async (_, react) => {
    await using server = await startRudeServer(react)
    expect(await run(at(server.port, { tls: 'starttls' }))).toMatchObject({ code: 'smtp_broken_in_connect', isPermanent: false })
  })

  it.each([
    ['that is no SMTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['without an end', `220-${'x'.repeat(200_000)}`],
    ['of too many lines', '220-x\r\n'.repeat(5000)],
  ])('by a greeting %s is asked again later', async (_, greeting) => {
    await using server = await startRudeServer(() => {}, greeting)
    expect(await run(at(server.port, { tls: 'starttls' }))).toMatchObject({ code: 'smtp_broken_in_connect', isPermanent: false })
  })

  it('by not being there is asked again later', async () => {
    const server = await startRudeServer(() => {})
    await server[Symbol.asyncDispose]()
    expect(await run(at(server.port))).toMatchObject({ code: 'smtp_broken_in_connect', isPermanent: false })
  })

  it('by saying nothing is left alone after the time it has', async () => {
    await using server = await startRudeServer(() => {}, '')
    expect(await run({ ...at(server.port, { tls: 'starttls' }), deadlineMilliseconds: 300 })).toMatchObject({
      code: 'smtp_timeout',
      isPermanent: false,
    })
  })

  it('by being slow, but within its time, gets the mail', async () => {
    const later = (callback: () => void) => void setTimeout(callback, 300)
    await using inbox = await startSmtpInbox(trusted, {
      secure: true,
      onConnect: (_, callback) => later(callback),
      onMailFrom: (_address, _session, callback) => later(callback),
      onRcptTo: (_address, _session, callback) => later(callback),
    })
    expect(await run(at(inbox.port))).toEqual(SENT)
    expect(inbox.received).toHaveLength(1)
  })
})

/** A service of the form of Resend's. */
async function startHttpService(answer: (request: IncomingMessage, body: string, response: ServerResponse) => void) {
  const requests: {
    readonly method: string
    readonly url: string
    readonly headers: IncomingMessage['headers']
    readonly body: unknown
  }[] = []
  const server: Server = createHttpServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    requests.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: JSON.parse(body || 'null'),
    })
    answer(request, body, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    service: { url: `http://127.0.0.1:${port}/emails`, key: 're_123' },
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

describe('a mail over HTTP', () => {
  it('is posted once, in the form of Resend, with the key and what tells it from others', async () => {
    await using server = await startHttpService((_, __, response) => void response.end('{"id":"x"}'))
    expect(await run({ http: server.service })).toEqual(SENT)
    const { to, ...rest } = MAIL
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        url: '/emails',
        headers: {
          authorization: 'Bearer re_123',
          'content-type': 'application/json',
          'idempotency-key': STAMP.id,
          'user-agent': 'postern',
        },
        body: { ...rest, to: [to] },
      },
    ])
  })

  it.each([
    [400, true],
    [413, true],
    [422, true],
    [401, false],
    [403, false],
    [408, false],
    [409, false],
    [425, false],
    [429, false],
    [500, false],
    [503, false],
  ])('that is answered %i is refused for good: %s', async (status, isPermanent) => {
    const words = JSON.stringify({ message: `no mail to ${MAIL.to}`, link: 'https://x.example/?token=abc', token: '0a'.repeat(32) })
    await using server = await startHttpService((_, __, response) => void response.writeHead(status).end(words))
    const outcome = await run({ http: server.service })
    expect(outcome).toMatchObject({ code: `http_${status}`, isPermanent })
    expect(outcome.message).toContain('no mail to')
    expect(outcome.message).not.toMatch(/ada@|x\.example|0a0a/)
  })

  it('does not follow to where it was not configured to go', async () => {
    await using elsewhere = await startHttpService((_, __, response) => void response.end())
    await using server = await startHttpService(
      (_, __, response) => void response.writeHead(307, { Location: elsewhere.service.url }).end(),
    )
    expect(await run({ http: server.service })).toMatchObject({ code: 'http_307', isPermanent: false })
    expect(elsewhere.requests).toEqual([])
  })

  it.each([
    ['that hangs up', (_: unknown, __: unknown, response: ServerResponse) => void response.destroy(), /^http_(unreachable|5\d\d)$/],
    ['that says nothing', () => {}, /^http_timeout$/],
  ] as const)('to a service %s is tried again', async (_, answer, code) => {
    await using server = await startHttpService(answer)
    const outcome = await run({ http: server.service, deadlineMilliseconds: 500 })
    expect(outcome).toMatchObject({ code: expect.stringMatching(code), isPermanent: false })
  })
})
