// What a caller of the admin API proves to be the operator by.
import type { Context } from 'hono'
import type { OperatorProof } from '../../core/admin/operator.ts'
import { type AppEnv, readBearer } from '../shared/context.ts'

export function proofOf(c: Context<AppEnv>): OperatorProof {
  return { by: 'token', token: readBearer(c) }
}
