// Every class of attack, in the order they are tried.
import type { AttackClass } from './attack.ts'
import { addresses } from './cases/addresses.ts'
import { bodies } from './cases/bodies.ts'
import { cookies } from './cases/cookies.ts'
import { enumeration } from './cases/enumeration.ts'
import { identifiers } from './cases/identifiers.ts'
import { mail } from './cases/mail.ts'
import { operators } from './cases/operators.ts'
import { origins } from './cases/origins.ts'
import { others } from './cases/others.ts'
import { races } from './cases/races.ts'
import { requests } from './cases/requests.ts'
import { restores } from './cases/restores.ts'
import { rpc } from './cases/rpc.ts'
import { sql } from './cases/sql.ts'
import { tokenConfusion } from './cases/token-confusion.ts'
import { tokenForgery } from './cases/token-forgery.ts'

export const CLASSES: readonly AttackClass[] = [
  tokenForgery,
  tokenConfusion,
  identifiers,
  bodies,
  requests,
  others,
  addresses,
  sql,
  cookies,
  origins,
  mail,
  enumeration,
  races,
  restores,
  operators,
  rpc,
]
