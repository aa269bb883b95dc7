// The example of a site that renders on a server, and Postern behind it, as its wrangler.toml says to start both.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inProject } from '../../../tools/project.ts'
import { type Checkout, cloneCheckout } from '../../support/e2e/checkout.ts'
import { mailedLink } from '../../support/e2e/mailed-link.ts'
import { findFreePort, runScript, type Serving, serve } from '../../support/e2e/server.ts'

const FORM = { email: 'ada@example.com', password: 'correct horse battery' }

let checkout: Checkout
let serving: Serving
let url = ''

beforeAll(async () => {
  checkout = await cloneCheckout()
  const port = await findFreePort()
  url = `http://localhost:${port}`
  const config = await readFile(inProject('examples/site/wrangler.toml'), 'utf8')
  const [, command = ''] = /^# {3}npm (run dev -- .*)$/m.exec(config) ?? []
  expect(command).not.toBe('')
  const args = [...command.split(' '), '--port', String(port), '--persist-to', join(checkout.root, 'state')]
  serving = await serve('npm', args, { root: checkout.root, port })
})
afterAll(async () => {
  await serving?.stop()
  await checkout?.[Symbol.asyncDispose]()
})

function visit(path: string, form: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(url + path, { method: 'POST', headers: { Origin: url }, body: new URLSearchParams(form), redirect: 'manual' })
}

describe('the site', () => {
  it('has Postern at its own origin, mailbox and pages behind mailed links too, and says where to go on', async () => {
    await expect.poll(() => serving.output()).toContain(`Mailbox        ${url}/dev/mailbox\n`)
    const headers = { 'Content-Type': 'application/json' }
    const registered = await fetch(`${url}/api/v1/auth/register`, { method: 'POST', headers, body: JSON.stringify(FORM) })
    expect(registered.status).toBe(201)
    const link = await mailedLink(url, FORM.email)
    expect([link.origin, (await fetch(link)).status]).toEqual([url, 200])
    expect((await fetch(`${url}/api/v1/auth/verify-email${link.search}`)).status).toBe(200)
  })

  it('signs in whom it has there', async () => {
    const signedIn = await visit('/sign-in', FORM)
    expect(signedIn.status).toBe(303)
    const cookie = signedIn.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ')
    expect(await (await fetch(url, { headers: { Cookie: cookie } })).text()).toContain(`Hello, ${FORM.email}.`)
  })

  it('leaves the operator’s commands their way to the service', async () => {
    expect(await runScript(checkout.root, 'user', ['list', '--persist-to', join(checkout.root, 'state')])).toContain(FORM.email)
  })
})
