// One mail over one SMTP connection (RFC 5321, submission by RFC 6409), encrypted before anything is said that matters.
// Written here since the one SMTP library for Workers sends passwords in the clear to a server that hides STARTTLS, and spins
// for ever once a server hangs up (docs/design-notes.md).
import { MailNotTaken } from './mail.ts'
import { toBase64 } from './mime-message.ts'

export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** From the first byte (RFC 8314), or by STARTTLS (RFC 3207), without which nothing is sent. There is no third way. */
  readonly tls: 'implicit' | 'starttls'
  readonly credentials: { readonly user: string; readonly password: string } | null
}

export interface SmtpEnvelope {
  readonly from: string
  readonly to: string
  /** What this client calls itself: a domain. */
  readonly clientName: string
  /** In lines that end in CRLF. */
  readonly message: string
}

/** How far it has come, for the code of a failure that no reply explains. */
type Phase = 'connect' | 'tls' | 'auth' | 'mail'

interface Reply {
  readonly code: number
  readonly lines: readonly string[]
}

/** More than any server says; one that says more is none. */
const REPLY_LIMIT = 64 * 1024

/** @throws MailNotTaken; the caller closes the socket */
export async function sendOverSmtp(socket: Socket, server: SmtpServer, envelope: SmtpEnvelope, onSocket: (socket: Socket) => void) {
  let phase: Phase = 'connect'
  let dialogue = openDialogue(socket)
  /** A refusal on the way to the mail is about this client or its settings: the mail itself may be taken another time. */
  const expect = async (command: string | null, wanted: number, isAboutMail = false): Promise<Reply> => {
    if (command !== null) await dialogue.write(`${command}\r\n`)
    const reply = await dialogue.read()
    if (Math.floor(reply.code / 100) === wanted) return reply
    const isPermanent = isAboutMail && reply.code >= 500
    throw new MailNotTaken(`smtp_${reply.code}`, { isPermanent, detail: reply.lines.join(' ') })
  }
  try {
    await socket.opened
    await expect(null, 2)
    let extensions = readExtensions(await expect(`EHLO ${envelope.clientName}`, 2))
    if (server.tls === 'starttls') {
      phase = 'tls'
      if (!extensions.has('STARTTLS')) throw new MailNotTaken('smtp_no_starttls')
      await expect('STARTTLS', 2)
      // The certificate has to be for the name that was connected to.
      const secured = dialogue.startTls()
      onSocket(secured)
      dialogue = openDialogue(secured)
      // RFC 3207 §4.2: what was said in the clear counts no more.
      extensions = readExtensions(await expect(`EHLO ${envelope.clientName}`, 2))
    }
    phase = 'auth'
    if (server.credentials) await authenticate(server.credentials, extensions.get('AUTH') ?? '', expect)
    phase = 'mail'
    await expect(`MAIL FROM:<${envelope.from}>`, 2, true)
    await expect(`RCPT TO:<${envelope.to}>`, 2, true)
    await expect('DATA', 3, true)
    // RFC 5321 §4.5.2: a line that begins with a full stop gets another.
    await expect(`${envelope.message.replace(/^\./gm, '..')}.`, 2, true)
    // The mail is taken: how the server likes the farewell changes nothing.
    await dialogue.write('QUIT\r\n').catch(() => {})
  } catch (error) {
    if (error instanceof MailNotTaken) throw error
    throw new MailNotTaken(`smtp_broken_in_${phase}`, { detail: error instanceof Error ? error.message : String(error) })
  }
}

type Expect = (command: string, wanted: number) => Promise<Reply>

/** RFC 4954, RFC 4616. In UTF-8, as passwords are. */
async function authenticate({ user, password }: { user: string; password: string }, mechanisms: string, expect: Expect) {
  const offered = mechanisms.toUpperCase().split(' ')
  if (offered.includes('PLAIN')) return void (await expect(`AUTH PLAIN ${toBase64(`\0${user}\0${password}`)}`, 2))
  if (!offered.includes('LOGIN')) throw new MailNotTaken('smtp_no_auth')
  await expect('AUTH LOGIN', 3)
  await expect(toBase64(user), 3)
  await expect(toBase64(password), 2)
}

/** Keyword to parameters. */
function readExtensions({ lines }: Reply): ReadonlyMap<string, string> {
  return new Map(
    lines.slice(1).map((line) => {
      const [keyword = '', ...parameters] = line.split(' ')
      return [keyword.toUpperCase(), parameters.join(' ')]
    }),
  )
}

/** What is said and heard on one socket, in whole replies. */
function openDialogue(socket: Socket) {
  const reader = socket.readable.getReader() as ReadableStreamDefaultReader<Uint8Array>
  const writer = socket.writable.getWriter()
  const decoder = new TextDecoder()
  let heard = ''

  async function readLine(): Promise<string> {
    for (;;) {
      const end = heard.indexOf('\n')
      if (end >= 0) {
        const line = heard.slice(0, end).replace(/\r$/, '')
        heard = heard.slice(end + 1)
        return line
      }
      if (heard.length > REPLY_LIMIT) throw new Error('the reply does not end')
      const { value, done } = await reader.read()
      if (done) throw new Error('the server hung up')
      heard += decoder.decode(value, { stream: true })
    }
  }

  return {
    write: (text: string) => writer.write(new TextEncoder().encode(text)),

    async read(): Promise<Reply> {
      const lines: string[] = []
      for (;;) {
        const [, code, separator, text = ''] = /^([2-5]\d\d)([ -]?)(.*)$/.exec(await readLine()) ?? []
        if (code === undefined) throw new Error('the server does not speak SMTP')
        lines.push(text)
        if (separator !== '-') return { code: Number(code), lines }
        if (lines.length > 1000) throw new Error('the reply does not end')
      }
    },

    startTls(): Socket {
      // Whoever is in between may have put more behind the reply, to be taken for the server's once all is encrypted.
      if (heard !== '') throw new Error('the server said more than was asked before encryption')
      reader.releaseLock()
      writer.releaseLock()
      return socket.startTls()
    },
  }
}
