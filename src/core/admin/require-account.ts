// The account that an operator's act is about.
import type { Account } from '../../stores/accounts/account.ts'
import type { Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'

/** @throws AuthError `not_found` @throws Unavailable */
export async function requireAccount({ users }: Pick<Deps, 'users'>, id: string): Promise<Account> {
  const user = await users.findById(id)
  if (!user) throw noSuchAccount()
  return user
}

export function noSuchAccount(): AuthError {
  return new AuthError('not_found', 'no such account')
}

/** An operator's page: a whole number from 1 to 200. @throws AuthError `invalid_request` */
export function requireLimit(text: string | undefined, fallback = 50): number {
  if (text === undefined || text === '') return fallback
  if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_PAGE) return Number(text)
  throw new AuthError('invalid_request', 'limit out of bounds', {
    fields: [{ field: 'limit', message: `must be a whole number from 1 to ${MAX_PAGE}` }],
  })
}

export const MAX_PAGE = 200
