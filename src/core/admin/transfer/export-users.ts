// All accounts in the form of an import, a page at a time. It holds every password hash, so it is an act like a change.
import type { ExportedAccount } from '../../../stores/accounts/managed-accounts.ts'
import { logEvent } from '../../audit/audit.ts'
import type { Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { describeOperatorAct, type OperatorCaller, requireOperator } from '../operator.ts'
import { renderExportedUser } from './imported-user.ts'

const PAGE = 500
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * In the order of ids, which no change of an account disturbs.
 * @param after the id that an export that was broken off has ended with
 * @returns a line for each account, without its end, asked for when it is wanted
 * @throws AuthError as `requireOperator`, `invalid_request` @throws Unavailable
 */
export async function exportUsers(
  deps: Deps,
  caller: OperatorCaller,
  after: string | undefined,
): Promise<AsyncGenerator<string[], void, void>> {
  const operator = await requireOperator(deps, caller, 'change')
  if (after && !UUID.test(after)) {
    throw new AuthError('invalid_request', 'after is no id', { fields: [{ field: 'after', message: 'must be the id of a user' }] })
  }
  const event = describeOperatorAct(deps, operator, { what: 'accounts_exported', userId: null })
  await deps.operatorViews.record(event)
  logEvent(deps, event)
  // Asked for before anything is answered, so that a database that is down is told as such.
  return pagesOf(deps, await deps.managedAccounts.page(after ?? '', PAGE))
}

/** A page that is not full is the last one. */
async function* pagesOf(deps: Deps, first: readonly ExportedAccount[]): AsyncGenerator<string[], void, void> {
  for (let page = first; ; ) {
    yield page.map(renderExportedUser)
    const last = page[PAGE - 1]
    if (!last) return
    page = await deps.managedAccounts.page(last.account.id, PAGE)
  }
}
