// Parameters of several endpoints.
import { MAX_PAGE } from '../../core/admin/require-account.ts'
import { USER_ID } from '../openapi/members.ts'

export const OF_USER = { id: { ...USER_ID, description: 'The id of the account' } } as const

export const limit = (fallback: number) => ({
  description: 'Entries a page',
  type: 'integer',
  minimum: 1,
  maximum: MAX_PAGE,
  default: fallback,
  examples: [20],
})
