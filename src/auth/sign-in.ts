// Sign-in by e-mail address or username and password. Every wrong pair gets the same answer at the same cost.
import type { CountedAttempt } from '../objects/login-limits.ts'
import { newSessionId } from '../objects/session-rules.ts'
import { addressBucket } from '../platform/client-address.ts'
import { parseEmailAddress } from '../platform/email-address.ts'
import type { SigningKey } from '../platform/jwt.ts'
import { decoyHash, hashPassword, isWeakerThan, verifyPasswordHash } from '../platform/password-hash.ts'
import { parseUsername } from '../platform/username.ts'
import type { User } from '../stores/users.ts'
import type { Client, Deps } from './deps.ts'
import { AuthError } from './errors.ts'
import { type Grant, issueGrant } from './grant.ts'
import { requireHashRoom, reserveHash } from './hash-room.ts'

export interface Credentials {
  /** Counts where both are given. */
  readonly email?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
}

interface Account {
  /** What limits are counted for: the identifier as typed, canonicalised, whether anybody has it or not. */
  readonly name: string
  find(users: Deps['users']): Promise<User | null>
}

/**
 * @throws AuthError `missing_credentials`, `invalid_request`, `invalid_credentials`, `account_disabled`, `rate_limited`
 * @throws Unavailable
 */
export async function signIn(deps: Deps, credentials: Credentials, client: Client): Promise<Grant> {
  const account = parseAccount(credentials)
  const password = credentials.password
  if (!account || !password) throw new AuthError('missing_credentials', 'identifier or password missing')

  requireHashRoom(deps)
  const { user, key, attempt } = await admit(deps, account, client)
  const isRight = await judge(deps, password, user, attempt)
  if (!user || !isRight) throw new AuthError('invalid_credentials', user ? 'wrong password' : 'no such account')
  return openSession(deps, { user, key, attempt, password, client })
}

function parseAccount({ email, username }: Credentials): Account | null {
  if (email) {
    const address = parseEmailAddress(email)
    if (!address)
      throw new AuthError('invalid_request', 'not an address', {
        fields: [{ field: 'email', message: 'must be an e-mail address' }],
      })
    return { name: `email:${address}`, find: (users) => users.findByEmail(address) }
  }
  if (username) {
    const name = parseUsername(username)
    if (!name)
      throw new AuthError('invalid_request', 'not a username', { fields: [{ field: 'username', message: 'must be a username' }] })
    return { name: `username:${name.key}`, find: (users) => users.findByUsernameKey(name.key) }
  }
  return null
}

/** Limiter, user and signing key side by side: one round trip. The attempt is given back when the others fail. */
async function admit(
  deps: Deps,
  account: Account,
  client: Client,
): Promise<{ user: User | null; key: SigningKey; attempt: CountedAttempt }> {
  const [permit, user, key] = await Promise.allSettled([
    deps.limits.beginSignIn({ account: account.name, address: addressBucket(client.address) }, deps.clock()),
    account.find(deps.users),
    deps.signingKeys.current(),
  ])
  if (permit.status === 'rejected') throw permit.reason
  if (!permit.value.allowed) throw new AuthError('rate_limited', `limit ${permit.value.policy}`, { limit: permit.value })
  const { attempt } = permit.value
  if (user.status === 'rejected' || key.status === 'rejected') {
    deps.defer(attempt.giveBack())
    throw user.status === 'rejected' ? user.reason : (key as PromiseRejectedResult).reason
  }
  return { user: user.value, key: key.value, attempt }
}

async function judge(deps: Deps, password: string, user: User | null, attempt: CountedAttempt): Promise<boolean> {
  const slot = await reserveHash(deps, attempt)
  try {
    // An unknown account costs one hash too, so that time does not tell who has an account.
    return await verifyPasswordHash(password, user?.passwordHash ?? decoyHash(deps.settings.scrypt, deps.random.bytes(16)))
  } catch (error) {
    deps.defer(attempt.giveBack())
    throw error
  } finally {
    slot.release()
  }
}

interface Admitted {
  readonly user: User
  readonly key: SigningKey
  readonly attempt: CountedAttempt
  readonly password: string
  readonly client: Client
}

async function openSession(deps: Deps, { user, key, attempt, password, client }: Admitted): Promise<Grant> {
  const now = deps.clock()
  // Told only to whoever knows the password.
  if (user.disabledAt !== null) {
    await attempt.succeed(now)
    throw new AuthError('account_disabled', 'right password, account disabled')
  }
  const session = {
    id: newSessionId(user.id, deps.random.hex(16)),
    createdAt: now,
    expiresAt: now + Math.min(deps.settings.sessionTtlSeconds, deps.settings.sessionAbsoluteTtlSeconds),
    absoluteExpiresAt: now + deps.settings.sessionAbsoluteTtlSeconds,
    // Read together with the hash: a password changed since then leaves this session without a valid number.
    epoch: user.sessionEpoch,
    authTime: now,
    ip: client.address,
    userAgent: client.userAgent,
    amr: ['pwd'],
    description: 'Login',
  }
  const [created, settled] = await Promise.allSettled([deps.ledgers.create(session, now), attempt.succeed(now)])
  if (created.status === 'rejected' || settled.status === 'rejected') {
    // It may be there although nobody will ever hold its tokens.
    deps.defer(deps.ledgers.revoke(session.id, now))
    throw created.status === 'rejected' ? created.reason : (settled as PromiseRejectedResult).reason
  }
  if (isWeakerThan(user.passwordHash, deps.settings.scrypt)) deps.defer(strengthenHash(deps, user, password))
  return issueGrant(deps, key, user, created.value)
}

async function strengthenHash(deps: Deps, user: User, password: string): Promise<void> {
  const slot = deps.hashSlots.tryReserve(deps.clock() * 1000)
  if (!slot) return
  try {
    const hash = await hashPassword(password, deps.settings.scrypt, deps.random.bytes(16))
    await deps.users.replacePasswordHash(user.id, user.passwordHash, hash, deps.clock())
  } finally {
    slot.release()
  }
}
