// `GET /api/v1/auth/activity`: one's own events, a page at a time.
import { describe, expect, it } from 'vitest'
import { claimsOf, rows, times } from '../../support/fixtures.ts'
import { anyAddress, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { changeUser } from '../../support/http/stable-shapes.ts'
import { expectJsonHeaders, expectRefusal, REFUSED } from '../../support/http/v1-shapes.ts'

const EMAIL = 'ada@example.com'

async function startSignedIn(options = {}) {
  const app = await startApp(options)
  await app.createAccount({ email: EMAIL })
  const { access_token: token, user } = await app.signIn(EMAIL, PASSWORD, { ip: '203.0.113.7', headers: { 'User-Agent': 'Me/1' } })
  await app.settle()
  return { app, token, userId: user.id }
}

/** So many events of an account, numbered by their agents. */
async function addEvents(app: TestApp, userId: string, from: number, to: number): Promise<void> {
  await rows(
    `INSERT INTO audit_events (id, at, what, outcome, user_id, actor, user_agent, face)
      WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?)
      SELECT printf('00000000-0000-4000-8000-%012d', i), ?, 'sign_in', 'success', ?, 'user', CAST(i AS INTEGER), 'v1' FROM n`,
    from,
    to,
    app.clock.now,
    userId,
  )
}

const read = (app: TestApp, token: string | undefined, query = '') =>
  app.v1('GET', `/activity${query}`, { ...(token !== undefined && { token }) })

type Event = { readonly id: string; readonly user_agent: string; readonly what: string; readonly current: boolean }

/** Every page from the first to the last. */
async function readAll(app: TestApp, token: string, query: string, between: (page: number) => Promise<void> = async () => {}) {
  const pages: Event[][] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body } = await read(app, token, `?${query}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`)
    pages.push(body.events)
    cursor = body.next_cursor
    await between(pages.length)
  }
  return pages
}

describe('GET /activity', () => {
  it('tells newest first what has happened, and which of it in this session', async () => {
    const { app, token } = await startSignedIn({ now: 1_800_000_000 })
    const other = await app.signIn(EMAIL, PASSWORD, { ip: null })
    await app.v1('POST', '/login', { body: { email: EMAIL, password: 'not this one' }, ip: anyAddress() })
    await app.settle()
    const reply = await read(app, token)
    expect(reply.status).toBe(200)
    expectJsonHeaders(reply)
    expect(reply.body.next_cursor).toBeNull()
    expect(reply.body.events.map(({ what, outcome, current }: Record<string, unknown>) => [what, outcome, current])).toEqual([
      ['sign_in', 'failure', false],
      ['sign_in', 'success', false],
      ['sign_in', 'success', true],
      ['email_verified', 'success', false],
      ['registered', 'success', false],
    ])
    expect(reply.body.events[1]).toMatchObject({ session_id: claimsOf(other.access_token).sid, ip: 'unknown' })
    expect(reply.body.events[2]).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      at: '2027-01-15T08:00:00Z',
      what: 'sign_in',
      outcome: 'success',
      session_id: claimsOf(token).sid,
      ip: '203.0.113.7',
      user_agent: 'Me/1',
      current: true,
    })
  })

  it('tells nothing of what happened to others', async () => {
    const { app, token } = await startSignedIn()
    const stranger = await app.signIn(await app.createAccount())
    await app.settle()
    const [mine, theirs] = [await read(app, token), await read(app, stranger.access_token)]
    const ids = (reply: typeof mine) => reply.body.events.map(({ id }: Event) => id)
    expect(ids(mine)).toHaveLength(3)
    expect(ids(theirs)).toHaveLength(3)
    expect(new Set([...ids(mine), ...ids(theirs)]).size).toBe(6)
  })

  it.each([1, 7, 100])('shows each event once, in pages of %i, whatever is written meanwhile', async (limit) => {
    const { app, token, userId } = await startSignedIn()
    await rows('DELETE FROM audit_events')
    await addEvents(app, userId, 1, limit === 1 ? 5 : 120)
    const last = limit === 1 ? 5 : 120
    const pages = await readAll(app, token, `limit=${limit}`, async (page) => {
      await addEvents(app, userId, 1000 * page, 1000 * page + 2)
      app.clock.advance(1)
    })
    expect(pages.flat().map(({ user_agent }) => Number(user_agent))).toEqual(Array.from({ length: last }, (_, i) => last - i))
    expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true)
    const [newest] = (await read(app, token, '?limit=1')).body.events
    expect(newest.user_agent).toBe(String(1000 * pages.length + 2))
  })

  it('goes on where it was when the event a page has ended with is purged', async () => {
    const { app, token, userId } = await startSignedIn()
    await rows('DELETE FROM audit_events')
    await addEvents(app, userId, 1, 6)
    const pages = await readAll(app, token, 'limit=2', async (page) => {
      if (page === 1) await rows("DELETE FROM audit_events WHERE user_agent IN ('5', '2')")
    })
    expect(pages.map((page) => page.map(({ user_agent }) => user_agent))).toEqual([['6', '5'], ['4', '3'], ['1']])
  })

  it('gives 50 at a time unless it is told otherwise', async () => {
    const { app, token, userId } = await startSignedIn()
    await addEvents(app, userId, 1, 60)
    expect((await read(app, token)).body.events).toHaveLength(50)
  })

  it('has a cursor that tells nothing of how much goes on', async () => {
    const { app, token, userId } = await startSignedIn()
    await addEvents(app, userId, 1, 3)
    const cursors = await times(3, async () => (await read(app, token, '?limit=1')).body.next_cursor)
    expect(new Set(cursors).size).toBe(3)
  })

  it.each(['0', '101', '-1', '1.5', '1e2', '', 'many', '0x10', '٣'])('answers 400 to a limit of %j', async (limit) => {
    const { app, token } = await startSignedIn()
    const reply = await read(app, token, `?limit=${encodeURIComponent(limit)}`)
    expectRefusal(reply, REFUSED.invalidRequest(['limit', 'must be a whole number from 1 to 100']))
  })

  it('answers 400 to a cursor that was changed, made up, or is another account’s, and echoes nothing of it', async () => {
    const { app, token, userId } = await startSignedIn()
    const stranger = await app.signIn(await app.createAccount())
    await addEvents(app, userId, 1, 3)
    const { next_cursor: cursor } = (await read(app, token, '?limit=1')).body
    const flip = (index: number) => `${cursor.slice(0, index)}${cursor[index] === 'A' ? 'B' : 'A'}${cursor.slice(index + 1)}`
    const changed = Array.from({ length: cursor.length }, (_, index) => flip(index))
    for (const tampered of [...changed, cursor.slice(0, -1), `${cursor}A`, '', '17', 'id 2', '\u0000']) {
      const reply = await read(app, token, `?cursor=${encodeURIComponent(tampered)}`)
      expect([tampered, reply.status, reply.body.errors]).toEqual([
        tampered,
        400,
        [{ field: 'cursor', message: 'must be the next_cursor of the page before' }],
      ])
    }
    expect((await read(app, stranger.access_token, `?cursor=${encodeURIComponent(cursor)}`)).status).toBe(400)
    expect((await read(app, token, `?cursor=${encodeURIComponent(cursor)}`)).status).toBe(200)
  })

  it('refuses without a token, with one that has ended, and looks at nothing else first', async () => {
    const { app, token } = await startSignedIn()
    expectRefusal(await read(app, undefined, '?limit=0'), REFUSED.unauthorized)
    await app.v1('POST', '/logout', { token })
    expectRefusal(await read(app, token, '?cursor=x'), REFUSED.invalidAccessToken)
  })
})

describe('GET /activity?user_id=', () => {
  it('is another account’s for a system administrator, whose pages go on likewise', async () => {
    const { app, userId } = await startSignedIn()
    const adminEmail = await app.createAccount()
    await changeUser(adminEmail, 'permissions = ?', '["systemAdmin"]')
    const { access_token: admin } = await app.signIn(adminEmail)
    const pages = await readAll(app, admin, `user_id=${userId}&limit=2`)
    expect(pages.flat().map(({ what, current }) => [what, current])).toEqual([
      ['sign_in', false],
      ['email_verified', false],
      ['registered', false],
    ])
    expectRefusal(await read(app, admin, `?user_id=${crypto.randomUUID()}`), REFUSED.notFound)
  })

  it('is forbidden to anybody else, whether there is such an account or not, but for one’s own', async () => {
    const { app, token, userId } = await startSignedIn()
    const { user } = await app.signIn(await app.createAccount())
    for (const other of [user.id, crypto.randomUUID(), '']) {
      expectRefusal(await read(app, token, `?user_id=${other}`), REFUSED.forbidden)
    }
    expect((await read(app, token, `?user_id=${userId}`)).body.events).toHaveLength(3)
  })
})
