// An account as `v1` and the admin API show it.
import * as v from 'valibot'
import type { AuthSettings } from '../../core/kernel/settings.ts'
import { publicIdOf, viewUser } from '../../core/tokens/user-view.ts'
import type { Account } from '../../stores/accounts/account.ts'

export type UserIds = AuthSettings['userIds']

export const UserSchema = v.object({
  id: v.pipe(v.string(), v.description('Opaque')),
  email: v.string(),
  username: v.nullable(v.string()),
  first_name: v.nullable(v.string()),
  last_name: v.nullable(v.string()),
  email_verified: v.boolean(),
  is_admin: v.pipe(v.boolean(), v.description('Has the permission systemAdmin')),
  role: v.picklist(['admin', 'user']),
  permissions: v.array(v.string()),
  created_at: v.pipe(v.string(), v.description('RFC 3339')),
})

/** As `v1` shows it: its id may be a number there (`USER_IDS`). */
export const PublicUserSchema = v.object({
  ...UserSchema.entries,
  id: v.pipe(
    v.union([v.string(), v.pipe(v.number(), v.integer(), v.metadata({ format: 'int64', minimum: 0 }))]),
    v.description('Opaque; a number with USER_IDS=number'),
  ),
})

export function renderUser(user: Account, userIds: UserIds): v.InferOutput<typeof PublicUserSchema> {
  return { ...viewUser(user), id: publicIdOf(user, userIds) }
}
