// From a registration to a mail server, with the real `npm run dev`: refused, seen by the operator, tried again, confirmed.
import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCertificate } from '../../support/e2e/certificate.ts'
import { type Checkout, cloneCheckout, makeTemporaryDirectory } from '../../support/e2e/checkout.ts'
import { type Server, startServer } from '../../support/e2e/server.ts'
import { PASSWORD as SMTP_PASSWORD, type SmtpInbox, startSmtpInbox, USER } from '../../support/e2e/smtp-inbox.ts'

const PASSWORD = 'correct horse battery'

let directory: string
let checkout: Checkout
let inbox: SmtpInbox
let server: Server
/** What the mail server answers a recipient with; `null`: takes the mail. */
let refusal: number | null = null

beforeAll(async () => {
  directory = await makeTemporaryDirectory()
  const certificate = await makeCertificate(directory, 'mail')
  inbox = await startSmtpInbox(certificate, {
    onRcptTo: ({ address }, _, callback) =>
      callback(refusal === null ? null : Object.assign(new Error(`<${address}>: not now`), { responseCode: refusal })),
  })
  checkout = await cloneCheckout()
  const vars = {
    ENVIRONMENT: 'development',
    AUTH_SECRET: randomBytes(32).toString('base64url'),
    MAIL_TRANSPORT: 'smtp',
    ...{ SMTP_HOST: 'localhost', SMTP_PORT: inbox.port, SMTP_TLS: 'starttls', SMTP_USER: USER, SMTP_PASSWORD },
  }
  const lines = Object.entries(vars).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  await writeFile(join(checkout.root, '.dev.vars'), `${lines.join('\n')}\n`)
  // So that the server started below trusts the certificate.
  process.env.NODE_EXTRA_CA_CERTS = certificate.path
  server = await startServer(checkout)
})
afterAll(async () => {
  await server?.stop()
  await checkout?.[Symbol.asyncDispose]()
  await inbox?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

function register(email: string): Promise<Response> {
  return fetch(`${server.url}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Accept-Language': 'es' },
    body: JSON.stringify({ email, password: PASSWORD }),
  })
}

interface Listed {
  readonly id: string
  readonly to: string
  readonly state: string
  readonly reason: string | null
  readonly can_retry: boolean
}

async function listed(email: string): Promise<Listed | undefined> {
  const printed = await server.mail('list', '--json')
  const mails = printed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Listed)
  return mails.find(({ to }) => to === email)
}

function receivedBy(email: string) {
  return inbox.received.filter(({ to }) => to.includes(email)).map(({ raw }) => raw)
}

const textOf = (raw: string) => Buffer.from(/\r\n\r\n([A-Za-z0-9+/=\r\n]+)\r\n--/.exec(raw)?.[1] ?? '', 'base64').toString('utf8')

async function confirm(raw: string): Promise<number> {
  const token = /token=([0-9a-f]{64})/.exec(textOf(raw))?.[1]
  return (await fetch(`${server.url}/api/v1/auth/verify-email?token=${token}`)).status
}

describe('mail over SMTP', () => {
  it('arrives in the language that was asked for, with a link that works, and leaves no text behind', async () => {
    refusal = null
    expect((await register('ada@example.com')).status).toBe(201)
    await expect.poll(() => receivedBy('ada@example.com').length, { timeout: 15_000 }).toBe(1)
    const [raw = ''] = receivedBy('ada@example.com')
    expect(textOf(raw)).toContain('Alguien, esperamos que tú, ha registrado esta dirección de correo')
    expect(await confirm(raw)).toBe(200)
    await expect.poll(async () => (await listed('ada@example.com'))?.state, { timeout: 15_000 }).toBe('sent')
    const { messages } = (await (await fetch(`${server.url}/dev/mailbox`, { headers: { Accept: 'application/json' } })).json()) as {
      readonly messages: readonly unknown[]
    }
    expect(messages).toEqual([])
  })

  it('that is refused for good is a dead letter, which the operator sees, and has sent once the server is mended', async () => {
    refusal = 550
    expect((await register('grace@example.com')).status).toBe(201)
    await expect.poll(async () => (await listed('grace@example.com'))?.state, { timeout: 15_000 }).toBe('dead')
    const dead = await listed('grace@example.com')
    expect(dead).toMatchObject({ reason: 'smtp_550', can_retry: true })
    const line = server
      .output()
      .split('\n')
      .find((each) => each.includes('mail dropped'))
    expect(line).toContain('not now')
    expect(line).not.toContain('grace@example.com')
    expect(await server.mail('dead')).toMatch(/grace@example\.com +registration .* smtp_550 +can be$/m)

    refusal = null
    expect(await server.mail('retry', dead?.id ?? '')).toBe(`${dead?.id} to grace@example.com is tried again\n`)
    expect((await fetch(`${server.url}/cdn-cgi/local/scheduled`)).status).toBe(200)
    await expect.poll(() => receivedBy('grace@example.com').length, { timeout: 15_000 }).toBe(1)
    const [raw = ''] = receivedBy('grace@example.com')
    expect(raw).toContain(`Message-ID: <${dead?.id}@localhost>`)
    expect(await confirm(raw)).toBe(200)
  })

  it('that is refused for now waits, and says why', async () => {
    refusal = 451
    expect((await register('edsger@example.com')).status).toBe(201)
    await expect.poll(async () => (await listed('edsger@example.com'))?.reason, { timeout: 15_000 }).toBe('smtp_451')
    expect(await listed('edsger@example.com')).toMatchObject({ state: 'waiting', can_retry: false })
    expect(receivedBy('edsger@example.com')).toEqual([])
  })
})
