// What must hold once the server is back: everything it has acknowledged, and nothing half done.
import { findLink, guess, type Person, type Session, trySignIn } from './person.ts'
import type { Server } from './server.ts'

const V1 = '/api/v1/auth'
/** LIMIT_PAIR_FAILURES: so many guesses of one account from one address are judged, and the next ones wait for so many minutes. */
const FREE_GUESSES = 5
const WAITS_MINUTES = [1, 1, 2, 3, 5, 8]

/** Of one person. @param ip an address nobody has used, for sign-ins that must meet no limit @returns what is lost, in words */
export async function findLost(person: Person, server: Server, ip: string): Promise<readonly string[]> {
  const lost = [
    ...(await checkAccount(person, server, ip)),
    ...(await checkSessions(person, server)),
    ...(await checkGuesses(person, server)),
    ...(await checkCounters(person, server)),
  ]
  return lost.map((what) => `${person.email}: ${what}`)
}

/** A session that has ended must never count again. */
export async function isEnded({ access, refresh }: Session, { ask }: Server, ip: string): Promise<boolean> {
  const me = await ask('GET', `${V1}/me`, { token: access, ip })
  const refreshed = await ask('POST', `${V1}/refresh`, { body: { refresh_token: refresh.at(-1) }, ip })
  return me.status === 401 && refreshed.status === 401
}

async function checkAccount(person: Person, server: Server, ip: string): Promise<readonly string[]> {
  const { ask } = server
  if (person.account === 'registered') {
    const link = await findLink(person, ask)
    if (link === null) return ['a registration and its mail']
    // Whether the first answer to it was lost or it was never asked for.
    const { status } = await ask('GET', `${V1}/verify-email?token=${link}`, { ip })
    if (status !== 200) return ['a registration: its link does not work']
  }
  if (person.account === 'none' || person.account === 'unsure') return []
  const signIns = await Promise.all(person.passwords.map(async (password) => (await trySignIn(person, ask, password, ip)).status))
  const working = signIns.filter((status) => status === 200).length
  if (person.account === 'deleted') return working === 0 ? [] : ['a deletion']
  if (person.account === 'deletion unsure') {
    if (working > 0) return []
    const outlived = await Promise.all(person.sessions.map((session) => isEnded(session, server, ip)))
    return outlived.every(Boolean) ? [] : ['half done: a session that outlived its account']
  }
  const former = await Promise.all(person.formerPasswords.slice(-2).map((password) => trySignIn(person, ask, password, ip)))
  return [
    ...(working === 1 ? [] : [`a password: of ${person.passwords.length} that may count ${working} do`]),
    ...(former.some(({ status }) => status !== 401) ? ['a password change: the former one counts'] : []),
  ]
}

async function checkSessions(person: Person, server: Server): Promise<readonly string[]> {
  const lost: string[] = []
  for (const session of person.sessions) {
    if (session.state === 'ended' && !(await isEnded(session, server, person.ip))) lost.push('the end of a session')
    if (session.state !== 'live') continue
    const { status } = await server.ask('GET', `${V1}/me`, { token: session.access, ip: person.ip })
    if (status !== 200) lost.push(`a sign-in: its session is ${status}`)
  }
  return lost
}

async function checkGuesses(person: Person, { ask }: Server): Promise<readonly string[]> {
  // With an account goes what was counted for it.
  if (person.account === 'deleted' || person.account === 'deletion unsure') return []
  for (let isJudged = true; isJudged && person.guesses <= mostGuesses(person); ) isJudged = await guess(person, ask)
  return person.guesses <= mostGuesses(person) ? [] : [`the count of guesses: ${person.guesses} were judged`]
}

/** As many as may have been judged by now: on a slow machine waits are over while a round still lasts. */
function mostGuesses({ guessedSince }: Person): number {
  const minutes = (Date.now() - (guessedSince ?? Date.now())) / 60_000
  const waited = WAITS_MINUTES.filter((_, index) => sum(WAITS_MINUTES.slice(0, index + 1)) <= minutes)
  return FREE_GUESSES + waited.length
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** The newest refresh token is told its successor, one that was replaced twice ends its session. */
async function checkCounters(person: Person, { ask }: Server): Promise<readonly string[]> {
  const lost: string[] = []
  const refresh = (token: string | undefined) => ask('POST', `${V1}/refresh`, { body: { refresh_token: token }, ip: person.ip })
  for (const session of person.sessions.filter(({ state }) => state === 'live')) {
    const newest = await refresh(session.refresh.at(-1))
    if (newest.status !== 200) lost.push(`a refresh: its token is ${newest.status}`)
    const replacedTwice = await refresh(session.refresh.at(-2))
    if (session.refresh.length > 1 && replacedTwice.body.code !== 'token_reused') lost.push('the counter of a refresh token')
    session.state = session.refresh.length > 1 ? 'ended' : 'live'
  }
  return lost
}

/** What belongs together and is not, each with a query for what would show it. */
const HALVES: readonly (readonly [what: string, sql: string])[] = [
  [
    'a registration without its link',
    `SELECT id FROM registrations WHERE NOT EXISTS (SELECT 1 FROM one_time_tokens WHERE subject = registrations.id)`,
  ],
  [
    'a registration without its mail',
    'SELECT id FROM registrations WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE recipient = registrations.email)',
  ],
  [
    'an account whose username is not held',
    `SELECT id FROM users WHERE username_key IS NOT NULL AND NOT EXISTS
      (SELECT 1 FROM username_claims WHERE username_key = users.username_key AND email = users.email AND expires_at IS NULL)`,
  ],
  [
    'a username that nobody has',
    'SELECT email FROM username_claims WHERE expires_at IS NULL AND NOT EXISTS (SELECT 1 FROM users WHERE email = username_claims.email)',
  ],
  ['an account that its registration outlived', 'SELECT email FROM users WHERE email IN (SELECT email FROM registrations)'],
  ['an account that is being erased, and there', 'SELECT id FROM users WHERE id IN (SELECT user_id FROM erasures)'],
]

/** What the sweeper has to end, once the leases of those who died are over. */
const LEFT_OVER: readonly (readonly [what: string, sql: string])[] = [
  ['a deletion that is not finished', 'SELECT user_id FROM erasures'],
  ['a mail that is not sent', 'SELECT id FROM outbox WHERE sent_at IS NULL AND sealed_mail IS NOT NULL'],
]

/** @returns what is half done, in words */
export async function findHalfDone(server: Server): Promise<readonly string[]> {
  const halves = await findRows(server, HALVES)
  await server.rows('UPDATE outbox SET next_attempt_at = 0 WHERE sent_at IS NULL AND dead_at IS NULL')
  await server.sweep()
  return [...halves, ...(await findRows(server, LEFT_OVER))]
}

async function findRows(server: Server, queries: typeof HALVES): Promise<readonly string[]> {
  const found = await Promise.all(
    queries.map(async ([what, sql]) => ((await server.rows(sql)).length > 0 ? [`half done: ${what}`] : [])),
  )
  return found.flat()
}
