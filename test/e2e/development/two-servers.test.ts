// Two servers at once share nothing, say their own address, and leave nothing running.
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Checkout, cloneCheckout } from '../../support/e2e/checkout.ts'
import { mailedLink, readMailbox } from '../../support/e2e/mailed-link.ts'
import { findProcesses } from '../../support/e2e/processes.ts'
import { type Server, startServer } from '../../support/e2e/server.ts'

const FORM = { email: 'ada@example.com', password: 'correct horse battery' }

let checkout: Checkout
let first: Server
let second: Server

beforeAll(async () => {
  checkout = await cloneCheckout()
  ;[first, second] = await Promise.all([startServer(checkout), startServer(checkout)])
})
afterAll(async () => {
  await Promise.all([first?.stop(), second?.stop()])
  await checkout?.[Symbol.asyncDispose]()
})

function post({ url }: Server, path: string, body: unknown): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' }
  return fetch(`${url}/api/v1/auth${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
}

async function confirm(server: Server): Promise<URL> {
  const link = await mailedLink(server.url, FORM.email)
  const reply = await fetch(`${server.url}/api/v1/auth/verify-email${link.search}`)
  expect(reply.status).toBe(200)
  return link
}

describe('two servers from one checkout', () => {
  it('keep their users, mail and sessions apart, and link to themselves', async () => {
    await post(first, '/register', FORM)

    expect(await readMailbox(first.url, FORM.email)).toHaveLength(1)
    expect(await readMailbox(second.url, FORM.email)).toEqual([])
    expect((await confirm(first)).origin).toBe(first.url)
    expect((await post(first, '/login', FORM)).status).toBe(200)
    expect((await post(second, '/login', FORM)).status).toBe(401)

    await post(second, '/register', FORM)
    expect((await confirm(second)).origin).toBe(second.url)
  })

  it('issue tokens in the name of their own port, which the other does not take', async () => {
    await first.userWith(FORM.password, 'create', '--email', 'grace@example.com', '--password-stdin', '--verified')

    const reply = await post(first, '/login', { ...FORM, email: 'grace@example.com' })
    const { access_token } = (await reply.json()) as { access_token: string }

    expect(decodeJwt(access_token)).toMatchObject({ iss: first.url, aud: first.url })
    const headers = { Authorization: `Bearer ${access_token}` }
    expect((await fetch(`${first.url}/api/v1/auth/me`, { headers })).status).toBe(200)
    expect((await fetch(`${second.url}/api/v1/auth/me`, { headers })).status).toBe(401)
  })

  it('end one by one, and leave no process behind, whether SIGTERM goes to all of their processes or to npm alone', async () => {
    const port = (server: Server) => `:${server.port}`
    expect((await findProcesses(port(first))).join('\n')).toContain('workerd')

    await first.stop()

    expect(await findProcesses(port(first))).toEqual([])
    expect(await findProcesses(first.persistDirectory)).toEqual([])
    expect((await fetch(`${second.url}/healthz`)).status).toBe(200)

    process.kill(second.pid, 'SIGTERM')

    await expect.poll(() => findProcesses(checkout.root), { timeout: 10_000, interval: 100 }).toEqual([])
    expect(await findProcesses(port(second))).toEqual([])
  })
})
