// The cron trigger and the record on the real server: `wrangler dev --test-scheduled` runs the one, `npm run audit` reads the other.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Checkout, cloneCheckout } from '../../support/e2e/checkout.ts'
import { queryState } from '../../support/e2e/local-database.ts'
import { mailedToken } from '../../support/e2e/mailed-link.ts'
import { cleanEnvironment, findFreePort, type Serving, serve } from '../../support/e2e/server.ts'

const DAY = 86_400
const PASSWORD = 'correct horse battery'

let checkout: Checkout
let serving: Serving
let url = ''
let state = ''

beforeAll(async () => {
  checkout = await cloneCheckout()
  state = join(checkout.root, 'state')
  const port = await findFreePort()
  url = `http://localhost:${port}`
  const args = ['--port', String(port), '--ip', '127.0.0.1', '--persist-to', state, '--test-scheduled']
  serving = await serve('npm', ['run', 'dev', '--', ...args], { root: checkout.root, port })
})
afterAll(async () => {
  await serving?.stop()
  await checkout?.[Symbol.asyncDispose]()
})

function send(path: string, body: unknown): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', 'User-Agent': 'Test/1.0' }
  return fetch(`${url}/api/v1/auth${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
}

const query = (text: string, ...values: readonly (string | number)[]) => queryState(state, text, ...values)

/** Starts `npm run audit`, which prints into `lines` and ends by itself unless it follows. */
function startAudit(...args: readonly string[]) {
  const command = ['run', '--silent', 'audit', '--', ...args, '--persist-to', state]
  const child = spawn('npm', command, { cwd: checkout.root, env: cleanEnvironment(), detached: true })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  return { child, ended, lines: () => output.split('\n').filter((line) => line !== '') }
}

function interrupt({ pid }: ChildProcess): void {
  // As Ctrl-C does: the whole group of the terminal gets it.
  if (pid !== undefined) process.kill(-pid, 'SIGINT')
}

describe('npm run audit', () => {
  it('tells the operator what has happened, filtered, and each event is a line of the server’s log with the same id', async () => {
    await send('/register', { email: 'ada@example.com', password: PASSWORD })
    await fetch(`${url}/api/v1/auth/verify-email?token=${await mailedToken(url, 'ada@example.com')}`)
    expect((await send('/login', { email: 'ada@example.com', password: 'not this one' })).status).toBe(401)
    expect((await send('/login', { email: 'ada@example.com', password: PASSWORD })).status).toBe(200)
    const signIns = () => query("SELECT id FROM audit_events WHERE what = 'sign_in'")
    await expect.poll(async () => (await signIns()).length, { timeout: 15_000 }).toBe(2)

    const audit = startAudit('--user', 'ADA@example.com', '--since', '1h', '--json')
    expect(await audit.ended).toBe(0)

    const events = audit.lines().map((line) => JSON.parse(line))
    expect(events.map(({ what, outcome }) => [what, outcome])).toEqual([
      ['registered', 'success'],
      ['email_verified', 'success'],
      ['sign_in', 'failure'],
      ['sign_in', 'success'],
    ])
    expect(events[2]).toMatchObject({ email: 'ada@example.com', user_agent: 'Test/1.0', actor: 'anonymous', face: 'v1' })
    for (const { id } of events) expect(serving.output()).toContain(`"id":"${id}"`)
  })

  it('follows what happens, until Ctrl-C', async () => {
    const audit = startAudit('--follow', '--what', 'sign_in', '--outcome', 'failure', '--limit', '1', '--json')
    await expect.poll(() => audit.lines().length, { timeout: 30_000 }).toBe(1)

    // Two programs write to one file here, and an event that meets a busy one is a line of the log only: then the next one tells.
    for (let attempt = 1; attempt <= 3 && audit.lines().length < 2; attempt += 1) {
      await send('/login', { email: 'ada@example.com', password: 'nor this one' })
      await expect
        .poll(() => audit.lines().length, { timeout: 20_000 })
        .toBe(2)
        .catch(() => {})
    }
    expect(audit.lines().length).toBeGreaterThanOrEqual(2)

    interrupt(audit.child)
    // Comes when no process holds the output any more.
    await audit.ended
    const lines = audit.lines()
    expect(new Set(lines.map((line) => JSON.parse(line).id)).size).toBe(lines.length)
  })
})

describe('the cron trigger under --test-scheduled', () => {
  it('keeps house: what is past its time is gone, and what is not stays', async () => {
    await send('/register', { email: 'grace@example.com', password: PASSWORD })
    const now = Math.floor(Date.now() / 1000)
    await query('UPDATE registrations SET expires_at = ?', now - 1)
    await query("UPDATE one_time_tokens SET expires_at = ? WHERE email = 'grace@example.com'", now - 1)
    await query("UPDATE outbox SET created_at = ? WHERE recipient = 'grace@example.com'", now - 3 * DAY)
    await query("UPDATE audit_events SET at = ? WHERE what = 'email_verified'", now - 366 * DAY)
    await query('UPDATE signing_keys SET created_at = ?', now - 31 * DAY)

    const reply = await fetch(`${url}/__scheduled?cron=*/5+*+*+*+*`)

    expect(reply.status).toBe(200)
    const [left] = await query(`SELECT
      (SELECT count(*) FROM registrations) AS registrations,
      (SELECT count(*) FROM one_time_tokens WHERE email = 'grace@example.com') AS tokens,
      (SELECT count(*) FROM outbox WHERE recipient = 'grace@example.com') AS mail,
      (SELECT count(*) FROM audit_events WHERE what = 'email_verified') AS old_events,
      (SELECT count(*) FROM signing_keys) AS keys,
      (SELECT count(*) FROM users) AS users,
      (SELECT count(*) FROM audit_events WHERE what = 'registered') AS registered`)
    expect(left).toEqual({ registrations: 0, tokens: 0, mail: 0, old_events: 0, keys: 2, users: 1, registered: 1 })
    expect(serving.output()).not.toContain('housekeeping failed')
  })
})
