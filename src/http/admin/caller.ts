// Who asks for an operator's act over HTTP.
import type { Context } from 'hono'
import type { OperatorCaller } from '../../core/admin/operator.ts'
import { type AppEnv, readBearer, readClient } from '../shared/context.ts'

export function readOperator(c: Context<AppEnv>): OperatorCaller {
  return { proof: { by: 'token', token: readBearer(c) }, client: readClient(c) }
}
