// Nobody learns from an answer, its header fields or the work behind it (stores asked, hashes made) whether an address or a name has an account.
import { describe, expect, it, vi } from 'vitest'
import { interceptBindings, type StoreCall } from '../suites/faults/intercepted-bindings.ts'
import { BINDINGS, PASSWORD, type Reply, startApp } from '../support/harness.ts'
import { PROOF, shapeOf } from '../support/http/page-browser.ts'

const ACCOUNT = 'account@example.com'
const PENDING = 'pending@example.com'
const UNKNOWN = 'unknown@example.com'

/** How often a password was turned into the bytes that scrypt works on, which nothing else does with it. */
const encode = vi.spyOn(TextEncoder.prototype, 'encode')
const hashesOf = (password: string) => encode.mock.calls.filter(([text]) => text === password).length

/** An account, a pending registration, and a watch over every call to a store. */
async function startWatched(vars: Record<string, string> = {}) {
  const calls: StoreCall[] = []
  const bindings = interceptBindings((call, run) => {
    calls.push(call)
    return run()
  })
  const app = await startApp({ bindings, vars })
  await app.createAccount({ email: ACCOUNT, username: 'account' })
  await app.v1('POST', '/register', { body: { email: PENDING, username: 'pending', password: PASSWORD } })
  await app.signIn(ACCOUNT)
  await app.settle()

  let others = 0
  /** The reply, and which stores were asked what and what was hashed until it was there; each time from an address of its own. */
  async function observe(
    path: string,
    body: Readonly<Record<string, string>>,
    token?: string,
  ): Promise<{ reply: Reply; asked: string[]; hashes: number }> {
    others += 1
    calls.length = 0
    encode.mockClear()
    const reply = await app.v1('POST', path, { body, ip: `203.0.113.${others}`, ...(token !== undefined && { token }) })
    // Delivery goes on behind the reply, which does not wait for it.
    const awaited = calls.filter(({ text }) => !/^\s*UPDATE outbox/.test(text))
    const asked = awaited.map(({ store, method, text }) => `${store} ${method} ${text.replace(/[^ ]*[0-9a-f]{32}.*/, '…')}`)
    const hashes = hashesOf(body.password ?? '')
    await app.settle()
    return { reply, asked, hashes }
  }
  return { app, observe }
}

/** All that an answer says, without what differs from one request to the next in any case. */
function visible({ status, headers, body }: Reply, address = UNKNOWN): unknown {
  const text = JSON.stringify({ status, headers: [...headers], body })
  return JSON.parse(
    text
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'id')
      .replaceAll(address, 'address')
      .replaceAll(PROOF, shapeOf)
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'time'),
  )
}

describe('POST /register', () => {
  it('answers alike, by the same work, for an account, a pending registration and a stranger', async () => {
    const { observe } = await startWatched()
    const attempt = (email: string) => observe('/register', { email, password: 'another good one', first_name: 'A' })
    const unknown = await attempt(UNKNOWN)
    expect(unknown.reply.status).toBe(201)
    expect([unknown.asked.length, unknown.hashes]).toEqual([3, 1])
    for (const email of [ACCOUNT, PENDING]) {
      const known = await attempt(email)
      expect(visible(known.reply, email)).toEqual(visible(unknown.reply, UNKNOWN))
      expect([known.asked, known.hashes]).toEqual([unknown.asked, unknown.hashes])
    }
  })

  it('goes on alike after the reply: one mail each', async () => {
    const { app, observe } = await startWatched()
    for (const email of [ACCOUNT, PENDING, UNKNOWN]) {
      const before = (await app.mailTo(email)).length
      await observe('/register', { email, password: 'another good one' })
      expect([email, (await app.mailTo(email)).length]).toEqual([email, before + 1])
    }
  })

  it('tells of a username that it is taken, by the same words for an account’s and a pending one', async () => {
    const { observe } = await startWatched()
    const attempt = (username: string) => observe('/register', { email: UNKNOWN, password: PASSWORD, username })
    const [held, pending] = [await attempt('account'), await attempt('pending')]
    expect(held.reply.status).toBe(409)
    expect(visible(pending.reply, UNKNOWN)).toEqual(visible(held.reply, UNKNOWN))
    expect(pending.asked).toEqual(held.asked)
  })

  it('tells the owner of an account no more about its own username than a stranger', async () => {
    const { observe } = await startWatched()
    const attempt = (email: string) => observe('/register', { email, password: PASSWORD, username: 'account' })
    const [owner, stranger] = [await attempt(ACCOUNT), await attempt(UNKNOWN)]
    expect(visible(owner.reply, ACCOUNT)).toEqual(visible(stranger.reply, UNKNOWN))
    expect(owner.asked).toEqual(stranger.asked)
  })

  it('refuses a bad form by the same words, whoever has the address', async () => {
    const { observe } = await startWatched()
    const attempt = async (email: string) => visible((await observe('/register', { email, password: 'short' })).reply, email)
    const unknown = await attempt(UNKNOWN)
    expect([await attempt(ACCOUNT), await attempt(PENDING)]).toEqual([unknown, unknown])
  })
})

describe('POST /resend-verification', () => {
  it('answers alike, by the same work, for an account, a pending registration and a stranger', async () => {
    const { observe } = await startWatched()
    const unknown = await observe('/resend-verification', { email: UNKNOWN })
    expect(unknown.reply.status).toBe(200)
    for (const email of [ACCOUNT, PENDING]) {
      const known = await observe('/resend-verification', { email })
      expect(visible(known.reply, email)).toEqual(visible(unknown.reply, UNKNOWN))
      expect([known.asked, known.hashes]).toEqual([unknown.asked, unknown.hashes])
    }
  })

  it('answers alike when no more mail may be sent', async () => {
    const { app, observe } = await startWatched({ LIMIT_MAILS_TO_RECIPIENT_PER_DAY: '25' })
    const answers = new Set<string>()
    for (let count = 0; count < 25; count += 1) {
      answers.add(JSON.stringify(visible((await observe('/resend-verification', { email: PENDING })).reply, PENDING)))
    }
    expect(answers.size).toBe(1)
    expect((await app.mailTo(PENDING)).length).toBeLessThanOrEqual(20)
  })
})

describe('POST /forgot-password', () => {
  it('answers alike, by the same work, for an account, a disabled one, a pending registration and a stranger', async () => {
    const { app, observe } = await startWatched()
    const disabled = await app.createAccount()
    await BINDINGS.DB.prepare('UPDATE users SET disabled_at = 1 WHERE email = ?').bind(disabled).run()
    const unknown = await observe('/forgot-password', { email: UNKNOWN })
    expect(unknown.reply.status).toBe(200)
    expect([unknown.asked.length, unknown.hashes]).toEqual([2, 0])
    for (const email of [ACCOUNT, PENDING, disabled]) {
      const known = await observe('/forgot-password', { email })
      expect(visible(known.reply, email)).toEqual(visible(unknown.reply, UNKNOWN))
      expect([known.asked, known.hashes]).toEqual([unknown.asked, unknown.hashes])
    }
  })

  it('answers alike when no more mail may be sent', async () => {
    const { app, observe } = await startWatched({ LIMIT_MAILS_TO_RECIPIENT_PER_DAY: '25' })
    const answers = new Set<string>()
    for (let count = 0; count < 25; count += 1) {
      const { reply, asked } = await observe('/forgot-password', { email: ACCOUNT })
      answers.add(JSON.stringify([visible(reply, ACCOUNT), asked]))
    }
    expect(answers.size).toBe(1)
    const links = (await app.mailTo(ACCOUNT)).filter(({ text }) => text.includes('/reset-password?'))
    // A fifth is for known addresses, and one was the registration's.
    expect(links).toHaveLength(19)
  })
})

describe('POST /change-email', () => {
  it('answers alike, by the same work, for an address with an account, a pending registration and a stranger’s', async () => {
    const { app, observe } = await startWatched()
    const { access_token: token } = await app.signIn(await app.createAccount())
    await app.settle()
    const attempt = (email: string) => observe('/change-email', { email, password: PASSWORD }, token)
    const unknown = await attempt(UNKNOWN)
    expect([unknown.reply.status, unknown.hashes]).toEqual([200, 1])
    for (const email of [ACCOUNT, PENDING]) {
      const known = await attempt(email)
      expect(visible(known.reply, email)).toEqual(visible(unknown.reply, UNKNOWN))
      expect([known.asked, known.hashes]).toEqual([unknown.asked, unknown.hashes])
    }
  })

  it('goes on alike after the reply: one mail each', async () => {
    const { app, observe } = await startWatched()
    const { access_token: token } = await app.signIn(await app.createAccount())
    for (const email of [ACCOUNT, PENDING, UNKNOWN]) {
      const before = (await app.mailTo(email)).length
      await observe('/change-email', { email, password: PASSWORD }, token)
      expect([email, (await app.mailTo(email)).length]).toEqual([email, before + 1])
    }
  })
})

describe('POST /login', () => {
  it('answers alike, by the same work, for a wrong password, a stranger and a pending registration', async () => {
    const { observe } = await startWatched()
    const attempt = (email: string, password: string) => observe('/login', { email, password })
    const unknown = await attempt(UNKNOWN, PASSWORD)
    expect(unknown.reply.status).toBe(401)
    expect(unknown.asked.filter((call) => call.startsWith('limiter'))).toHaveLength(2)
    expect(unknown.hashes).toBe(1)
    for (const [email, password] of [
      [ACCOUNT, 'wrong password'],
      [PENDING, PASSWORD],
      [PENDING, 'wrong password'],
      [ACCOUNT, ''.padEnd(1000, 'x')],
    ] as const) {
      const known = await attempt(email, password)
      expect(visible(known.reply, email)).toEqual(visible(unknown.reply, UNKNOWN))
      expect([known.asked, known.hashes]).toEqual([unknown.asked, unknown.hashes])
    }
  })

  it('answers alike by username', async () => {
    const { observe } = await startWatched()
    const attempt = (username: string, password: string) => observe('/login', { username, password })
    const unknown = await attempt('unknown', PASSWORD)
    for (const known of [await attempt('account', 'wrong password'), await attempt('pending', PASSWORD)]) {
      expect(visible(known.reply)).toEqual(visible(unknown.reply))
      expect([known.asked, known.hashes]).toEqual([unknown.asked, unknown.hashes])
    }
  })

  it('reaches the limit alike, known or not', async () => {
    const { app } = await startWatched()
    const answersTo = async (email: string, ip: string) => {
      const answers: unknown[] = []
      for (let count = 0; count < 8; count += 1) {
        answers.push(visible(await app.v1('POST', '/login', { body: { email, password: 'wrong' }, ip }), email))
      }
      return answers
    }
    const unknown = await answersTo(UNKNOWN, '198.51.100.1')
    expect(JSON.stringify(unknown)).toContain('rate_limited')
    expect(await answersTo(ACCOUNT, '198.51.100.2')).toEqual(unknown)
    expect(await answersTo(PENDING, '198.51.100.3')).toEqual(unknown)
  })
})
