// A real SMTP server that keeps what it is given, and behaves as badly as a test asks for.
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import type { Certificate } from './certificate.ts'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** As it came, with the stuffing of dots undone. */
  readonly raw: string
  readonly wasEncrypted: boolean
  readonly user: string | undefined
}

export interface SmtpInbox extends AsyncDisposable {
  readonly port: number
  readonly received: readonly ReceivedMail[]
}

export const USER = 'postern'
/** Not ASCII, since passwords need not be. */
export const PASSWORD = 'şifre — 🔑'

export async function startSmtpInbox(certificate: Certificate, options: SMTPServerOptions): Promise<SmtpInbox> {
  const received: ReceivedMail[] = []
  const server = new SMTPServer({
    ...{ cert: certificate.cert, key: certificate.key, disableReverseLookup: true, closeTimeout: 100 },
    onAuth: ({ username, password }, _, callback) =>
      username === USER && password === PASSWORD
        ? callback(null, { user: username })
        : callback(Object.assign(new Error('Invalid login'), { responseCode: 535 })),
    onData: (stream, { envelope, secure, user }, callback) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => void chunks.push(chunk))
      stream.on('end', () => {
        received.push({
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('utf8'),
          wasEncrypted: secure,
          user: user ? String(user) : undefined,
        })
        callback()
      })
    },
    ...options,
  })
  // A client that goes away in the middle is a subject of the tests, not a fault of this server.
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}
