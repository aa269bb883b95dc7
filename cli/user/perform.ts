// Carries out one command of the account tool by the admin API. What it prints and what it asks are arguments.
import type { AdminSession, AdminUser } from '../../src/client/admin-binding.ts'
import { type AdminClient, Refused } from '../operator/admin-client.ts'
import type { CreateCommand, UserCommand, UserKey } from './command.ts'
import { findAccount, NoSuchUser } from './find-account.ts'
import { renderStats, type Stats } from './render-stats.ts'
import { type RegistrationStory, renderRegistrationStory, renderSessions, renderStory, type UserStory } from './render-story.ts'
import { toListed, userTable } from './render-users.ts'
import { exportUsers, importUsers, type TransferFiles } from './transfer.ts'

export interface PerformDeps extends TransferFiles {
  readonly admin: AdminClient
  readonly isJson: boolean
  /** To standard output. */
  readonly show: (text: string) => Promise<void>
  /** Tells people what is not the result. */
  readonly report: (line: string) => void
  /** The secret that the command asks for. */
  readonly secret: (of: 'password' | 'pin') => string
}

const PAGE = 200

/** What an act answers that has nothing to tell. */
interface Done {
  readonly message: string
}

/** @throws Error with one sentence for people */
export async function performUserCommand(command: UserCommand, deps: PerformDeps): Promise<void> {
  const { admin, show, isJson } = deps
  switch (command.name) {
    case 'create':
      return create(command, deps)
    case 'list':
      return list(command, deps)
    case 'show':
      return showOne(command.user, deps)
    case 'sessions': {
      const { id } = await findAccount(admin, command.user)
      const { sessions } = await admin.get<{ sessions: readonly AdminSession[] }>(`/users/${id}/sessions`, 'sessions')
      return isJson ? showLines(deps, sessions) : show(renderSessions(sessions))
    }
    case 'sign-out':
      return signOut(command, deps)
    case 'disable':
    case 'enable':
    case 'verify':
    case 'send-reset':
      return act(command.name, command.user, deps)
    case 'unlock':
      return unlock(command.user, deps)
    case 'grant':
    case 'revoke':
      return editPermissions(command, deps)
    case 'rename':
      return rename(command, deps)
    case 'move':
      return move(command, deps)
    case 'set-password':
      return act(command.name, command.user, deps, { password: deps.secret('password') })
    case 'set-pin':
      return setPin(command.user, deps)
    case 'delete': {
      const user = await findAccount(admin, command.user)
      await explained(`Cannot delete ${user.email}`, admin.send<Done>('DELETE', `/users/${user.id}`, 'message'))
      return tell(deps, user, `Deleted ${user.email}: all sessions ended`)
    }
    case 'import':
      return importUsers(command, deps)
    case 'export':
      return exportUsers(command, deps)
    case 'stats': {
      const stats = await admin.get<Stats>('/stats', 'accounts', { days: command.days })
      return show(isJson ? JSON.stringify(stats) : renderStats(stats))
    }
  }
}

async function create(command: CreateCommand, deps: PerformDeps): Promise<void> {
  const { email, username, firstName, lastName, permissions, isVerified, pin } = command
  const form = {
    ...{ email, username, first_name: firstName, last_name: lastName, permissions, verified: isVerified },
    ...{ password: deps.secret('password'), ...(pin && { pin: deps.secret('pin') }) },
  }
  const { user } = await explained(`Cannot create ${email}`, deps.admin.send<{ user: AdminUser }>('POST', '/users', 'user', form))
  const note = isVerified
    ? ''
    : '\nThe address is not proven: sign-in is refused until it is, by the link that the first try mails (or use --verified)'
  return deps.isJson ? showLines(deps, [user]) : deps.show(`Created ${email} (${user.id})${note}`)
}

async function list(command: Extract<UserCommand, { name: 'list' }>, deps: PerformDeps): Promise<void> {
  const { search, state } = command
  let { after } = command
  let left = command.limit ?? Number.POSITIVE_INFINITY
  for (let isFirst = true; ; isFirst = false) {
    const query = { search, state, after, limit: Math.min(left, PAGE) }
    const { users, next } = await deps.admin.get<{ users: readonly AdminUser[]; next: string | null }>('/users', 'users', query)
    if (deps.isJson) await showLines(deps, users.map(toListed))
    else if (users.length > 0) await deps.show(userTable(users, isFirst))
    else if (isFirst) await deps.show(search === null && state === null && after === null ? 'No users yet' : 'No such users')
    left -= users.length
    if (next === null) return
    if (left <= 0) return deps.report(`There are more: go on with --after ${next}`)
    after = next
  }
}

async function showOne(user: UserKey, deps: PerformDeps): Promise<void> {
  const { admin, show, isJson } = deps
  const found = await findAccount(admin, user).catch((error: unknown) => {
    if (error instanceof NoSuchUser && (user.by === 'email' || user.by === 'username')) return null
    throw error
  })
  if (found) {
    const story = await admin.get<UserStory>(`/users/${found.id}`, 'user')
    return show(isJson ? JSON.stringify(story) : renderStory(story))
  }
  const story = await admin.get<RegistrationStory>('/registrations', 'registrations', { search: user.value })
  return show(isJson ? JSON.stringify({ user: null, ...story }) : renderRegistrationStory(user.value, story))
}

async function signOut({ user, sessionId }: Extract<UserCommand, { name: 'sign-out' }>, deps: PerformDeps): Promise<void> {
  if (sessionId === null) return act('sign-out', user, deps)
  const account = await findAccount(deps.admin, user)
  const ended = deps.admin.send<Done>('DELETE', `/users/${account.id}/sessions/${encodeURIComponent(sessionId)}`, 'message')
  await explained(`Cannot end session ${sessionId} of ${account.email}`, ended)
  return tell(deps, account, `Ended session ${sessionId} of ${account.email}`)
}

async function editPermissions(
  { name, user, permissions }: Extract<UserCommand, { name: 'grant' | 'revoke' }>,
  deps: PerformDeps,
): Promise<void> {
  const account = await findAccount(deps.admin, user)
  const answer = await explained(
    `Cannot ${name} ${account.email} permissions`,
    deps.admin.send<{ permissions: readonly string[] }>('POST', `/users/${account.id}/${name}`, 'permissions', { permissions }),
  )
  const left = answer.permissions
  return tell(deps, { ...account, permissions: left }, `${account.email} has ${left.join(', ') || 'no permissions'}`)
}

/** It ends what was counted for the account; what a client address has used up stays, and is said. */
async function unlock(user: UserKey, deps: PerformDeps): Promise<void> {
  const account = await findAccount(deps.admin, user)
  await explained(`Cannot unlock ${account.email}`, deps.admin.send<Done>('POST', `/users/${account.id}/unlock`, 'message'))
  const { cannot_sign_in: still } = await deps.admin.get<UserStory>(`/users/${account.id}`, 'cannot_sign_in')
  const done = `Unlocked ${account.email}: the wrong passwords and PINs of before do not count any more`
  return tell(deps, account, still === null ? done : `${done}. ${still}`)
}

async function rename({ user, changes }: Extract<UserCommand, { name: 'rename' }>, deps: PerformDeps): Promise<void> {
  const { id, email } = await findAccount(deps.admin, user)
  const renamed = await explained(
    `Cannot rename ${email}`,
    deps.admin.send<{ user: AdminUser }>('PATCH', `/users/${id}`, 'user', changes),
  )
  const { username, first_name: first, last_name: last } = renamed.user
  const names = [first, last].filter(Boolean).join(' ')
  return tell(deps, renamed.user, `Renamed ${email}: username ${username ?? 'none'}, name ${names || 'none'}`)
}

async function move({ user, email, isVerified }: Extract<UserCommand, { name: 'move' }>, deps: PerformDeps): Promise<void> {
  const account = await findAccount(deps.admin, user)
  const moved = await explained(
    `Cannot move ${account.email}`,
    deps.admin.send<{ user: AdminUser }>('PATCH', `/users/${account.id}`, 'user', { email, verified: isVerified }),
  )
  const note = isVerified ? '' : '. It is not proven: sign-in is refused until it is, by the link that the next try mails'
  return tell(deps, moved.user, `Moved ${account.email} to ${email}; the former address is told${note}`)
}

async function setPin(user: UserKey, deps: PerformDeps): Promise<void> {
  const { email, username } = await findAccount(deps.admin, user)
  if (username === null) {
    throw new Error(
      `Cannot set the PIN of ${email}: it has no username to sign in with it by. Set one first: npm run user -- rename --email ${email} --to NAME`,
    )
  }
  return act('set-pin', user, deps, { pin: deps.secret('pin') })
}

type Act = 'disable' | 'enable' | 'verify' | 'send-reset' | 'sign-out' | 'set-password' | 'set-pin'

/** What is said of an act that was done, and of one that was not. */
const ACTS: Readonly<Record<Act, readonly [done: (email: string) => string, failed: string]>> = {
  disable: [(email) => `Disabled ${email}: all sessions ended`, 'disable'],
  enable: [(email) => `Enabled ${email}`, 'enable'],
  verify: [(email) => `Verified ${email}`, 'verify'],
  'send-reset': [(email) => `Mailed ${email} a link for a new password`, 'mail a link to'],
  'sign-out': [(email) => `Signed ${email} out: all sessions ended`, 'sign out'],
  'set-password': [(email) => `Set the password of ${email}: all sessions and other credentials ended`, 'set the password of'],
  'set-pin': [(email) => `Set the PIN of ${email}`, 'set the PIN of'],
}

async function act(name: Act, user: UserKey, deps: PerformDeps, body?: unknown): Promise<void> {
  const [done, failed] = ACTS[name]
  const account = await findAccount(deps.admin, user)
  await explained(
    `Cannot ${failed} ${account.email}`,
    deps.admin.send<Done>('POST', `/users/${account.id}/${name}`, 'message', body),
  )
  return tell(deps, account, done(account.email))
}

/** @param user for programs: whom it was done to */
async function tell(deps: PerformDeps, { id, email, permissions }: AdminUser, text: string): Promise<void> {
  await deps.show(deps.isJson ? JSON.stringify({ id, email, permissions, message: text }) : text)
}

async function showLines({ show }: PerformDeps, values: readonly unknown[]): Promise<void> {
  for (const value of values) await show(JSON.stringify(value))
}

/** Says of a refusal what it has refused. */
async function explained<T>(failed: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Refused) throw new Error(`${failed}: ${error.message}`)
    throw error
  }
}
