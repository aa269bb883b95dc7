// Whether each thing this worker depends on answers.
import { reasonOf } from '../../platform/runtime/log.ts'
import type { Deps } from '../kernel/deps.ts'

export type Readiness = Readonly<
  Record<'database' | 'session_copies' | 'session_ledger' | 'login_limiter' | 'signing_keys', 'ok' | 'unavailable'>
>

/** Of the form of a session id, since anything else is answered without asking KV. */
const NOBODYS_SESSION = '0'.repeat(64)

export async function checkReadiness(deps: Deps): Promise<Readiness> {
  const probe = async (ask: () => Promise<unknown>) => {
    try {
      await ask()
      return 'ok'
    } catch (error) {
      deps.log('error', 'not ready', { reason: reasonOf(error) })
      return 'unavailable'
    }
  }
  const [database, sessionCopies, sessionLedger, loginLimiter, signingKeys] = await Promise.all([
    probe(() => deps.users.ping()),
    probe(() => deps.sessionCopies.read(NOBODYS_SESSION)),
    probe(() => deps.ledgers.ping()),
    probe(() => deps.limits.ping()),
    probe(() => deps.signingKeys.current()),
  ])
  return {
    database,
    session_copies: sessionCopies,
    session_ledger: sessionLedger,
    login_limiter: loginLimiter,
    signing_keys: signingKeys,
  }
}
