// Accounts by what an operator knows of a person: an address, an id, a session's id, or how a name begins.
import { userIdOfSession } from '../../../objects/session-ledger/session-rules.ts'
import { parseEmailAddress } from '../../../platform/identifiers/email-address.ts'
import { parseUsername } from '../../../platform/identifiers/username.ts'
import type { Account } from '../../../stores/accounts/account.ts'
import type { AccountQuery, AccountState } from '../../../stores/accounts/managed-accounts.ts'
import type { Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { type OperatorCaller, requireOperator } from '../operator.ts'
import { requireLimit } from '../require-account.ts'
import { USER_STATES } from '../user-states.ts'

export interface UsersQuery {
  readonly search?: string | undefined
  /** The whole of it. */
  readonly username?: string | undefined
  /** What `v1` calls the user with USER_IDS=number. */
  readonly number?: string | undefined
  readonly state?: string | undefined
  readonly limit?: string | undefined
  readonly after?: string | undefined
}

export interface UsersPage {
  readonly users: readonly Account[]
  /** What `after` has to be for the next page; `null` on the last one. */
  readonly next: string | null
}

const EMPTY_STATES: readonly string[] = ['two_step']
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** In the order of addresses. @throws AuthError as `requireOperator`, `invalid_request` @throws Unavailable */
export async function listUsers(deps: Deps, caller: OperatorCaller, query: UsersQuery): Promise<UsersPage> {
  await requireOperator(deps, caller, 'look')
  const limit = requireLimit(query.limit)
  const state = requireState(query.state)
  if (state !== undefined && EMPTY_STATES.includes(state)) return { users: [], next: null }
  const conditions = {
    ...conditionsOf(query.search?.trim() ?? ''),
    ...usernameOf(query.username?.trim() ?? ''),
    ...(await accountOf(deps, query.number?.trim() ?? '')),
  }
  const after = query.after ?? ''
  // One more than asked for tells whether there is a next page.
  const found = await deps.managedAccounts.list({
    ...conditions,
    ...(state === undefined ? {} : { state: state as AccountState }),
    after,
    limit: limit + 1,
  })
  const users = found.slice(0, limit)
  return { users, next: found.length > limit ? (users.at(-1)?.email ?? null) : null }
}

function conditionsOf(search: string): Pick<AccountQuery, 'id' | 'email' | 'prefix'> {
  if (search === '') return {}
  if (UUID.test(search)) return { id: search.toLowerCase() }
  const ofSession = userIdOfSession(search)
  if (ofSession !== null) return { id: ofSession }
  if (search.includes('@')) return { email: parseEmailAddress(search) ?? search }
  return { prefix: { key: parseUsername(search)?.key ?? search, text: search } }
}

/** What no username can be is nobody's. */
function usernameOf(text: string): Pick<AccountQuery, 'usernameKey'> {
  return text === '' ? {} : { usernameKey: parseUsername(text)?.key ?? text }
}

/** All that is given has to hold: a number of nobody's is an id of nobody's. @throws AuthError `invalid_request` */
async function accountOf({ users }: Pick<Deps, 'users'>, number: string): Promise<Pick<AccountQuery, 'id'>> {
  if (number === '') return {}
  if (!/^\d{1,15}$/.test(number)) {
    throw new AuthError('invalid_request', 'no number', { fields: [{ field: 'number', message: 'must be a whole number' }] })
  }
  return { id: (await users.findByNumber(Number(number)))?.id ?? '' }
}

function requireState(state: string | undefined): (typeof USER_STATES)[number] | undefined {
  if (state === undefined || state === '') return undefined
  const known = USER_STATES.find((each) => each === state)
  if (known !== undefined) return known
  throw new AuthError('invalid_request', 'unknown state', {
    fields: [{ field: 'state', message: `must be one of ${USER_STATES.join(', ')}` }],
  })
}
