// The account that a command line names.
import type { AdminUser } from '../../src/client/admin-binding.ts'
import { type AdminClient, Refused } from '../operator/admin-client.ts'
import type { UserKey } from './command.ts'

export class NoSuchUser extends Error {
  override readonly name = 'NoSuchUser'
}

/** @throws NoSuchUser; Refused, or Error when there is no answer */
export async function findAccount(admin: AdminClient, user: UserKey): Promise<AdminUser> {
  const found = await search(admin, user)
  if (found) return found
  const what = { email: 'the e-mail address', username: 'the username', id: 'the id', number: 'the number' }[user.by]
  throw new NoSuchUser(`Cannot find a user with ${what} ${user.value}`)
}

async function search(admin: AdminClient, { by, value }: UserKey): Promise<AdminUser | undefined> {
  if (by === 'id') {
    return admin.get<{ user: AdminUser }>(`/users/${value}`, 'user').then(
      ({ user }) => user,
      (error: unknown) => {
        if (error instanceof Refused && error.status === 404) return undefined
        throw error
      },
    )
  }
  const query = by === 'email' ? { search: value } : { [by]: value }
  const { users } = await admin.get<{ users: readonly AdminUser[] }>('/users', 'users', query)
  // A service that is older than numbers here answers with everybody.
  return by === 'number' ? users.find(({ number }) => number === Number(value)) : users[0]
}
