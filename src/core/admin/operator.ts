// Who may act as the operator: whoever has the admin key, and users with `systemAdmin`, whose changes want a recent password.
import { claimsToBeAdminKey, matchAdminKey } from '../../platform/crypto/admin-key.ts'
import { clientBucket } from '../../platform/identifiers/client-address.ts'
import type { AuditEvent } from '../../stores/audit/audit-event.ts'
import { authenticateStrictly } from '../access/authenticate.ts'
import { requireRecentPassword, requireRight } from '../access/policy.ts'
import { type Act, describeAct } from '../audit/audit.ts'
import { withAttempt } from '../credentials/with-attempt.ts'
import type { Client, Deps } from '../kernel/deps.ts'
import { AuthError } from '../kernel/errors.ts'

/** An operator whose right to act has been checked. */
export interface Operator {
  readonly client: Client
  readonly actor: 'operator' | `admin:${string}`
  /** A user's session, or `key:` and the name of the key. */
  readonly sessionId: string | null
}

/** What is asked for: a look, or something that ends or changes something. */
export type OperatorNeed = 'look' | 'change'

/** As the core is asked over HTTP, and over a binding whose props give the right. */
export type OperatorProof = { readonly by: 'token'; readonly token: string | null } | { readonly by: 'binding' }

/** Who asks for an operator's act, and from where. */
export interface OperatorCaller {
  readonly proof: OperatorProof
  readonly client: Client
}

/**
 * @throws AuthError `unauthorized`, `invalid_access_token`, `forbidden` without `systemAdmin`, `reauthentication_required`; `rate_limited`
 *   after too many wrong keys
 * @throws Unavailable
 */
export async function requireOperator(deps: Deps, { proof, client }: OperatorCaller, need: OperatorNeed): Promise<Operator> {
  if (proof.by === 'binding') return { client, actor: 'operator', sessionId: null }
  const { token } = proof
  if (token !== null && claimsToBeAdminKey(token)) return requireKey(deps, token, client)
  const principal = await authenticateStrictly(deps, token)
  requireRight(principal, 'operate')
  if (need === 'change') requireRecentPassword(deps, principal)
  return { client, actor: `admin:${principal.userId}`, sessionId: principal.sessionId }
}

/** The event of an operator's act on an account. */
export function describeOperatorAct(
  deps: Pick<Deps, 'clock' | 'random'>,
  { client, actor, sessionId }: Operator,
  act: Omit<Act, 'actor' | 'sessionId'>,
): AuditEvent {
  return { ...describeAct(deps, client, { ...act, actor }), sessionId }
}

/** A right key is never kept waiting by what others try: only wrong ones are counted, for the address they come from. */
async function requireKey(deps: Deps, token: string, client: Client): Promise<Operator> {
  const name = await matchAdminKey(token, deps.settings.adminKeys)
  if (name !== null) return { client, actor: 'operator', sessionId: `key:${name}` }
  const begun = await deps.limits.beginHash({ address: clientBucket(client) }, deps.clock())
  return withAttempt(deps, begun, async () => {
    deps.log('warn', 'wrong admin key', { ip: client.address })
    throw new AuthError('invalid_access_token', 'wrong admin key')
  })
}
