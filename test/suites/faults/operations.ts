// Every operation there is.
import { ACCOUNT_OPERATIONS } from './account-operations.ts'
import { OPERATOR_OPERATIONS } from './operator-operations.ts'
import { SESSION_OPERATIONS } from './session-operations.ts'

export const OPERATIONS = Object.entries({ ...ACCOUNT_OPERATIONS, ...SESSION_OPERATIONS, ...OPERATOR_OPERATIONS })
