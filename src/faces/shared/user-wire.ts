// An account as `v1` and the admin API show it.
import * as v from 'valibot'
import { viewUser } from '../../auth/user-view.ts'
import type { User } from '../../stores/users.ts'

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

export function renderUser(user: User): v.InferOutput<typeof UserSchema> {
  return viewUser(user)
}
