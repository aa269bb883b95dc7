// Registrations whose address is not confirmed yet, newest first. Asked for one address or username, what became of its mail too, and why nobody
// can sign in by it.
import { parseEmailAddress } from '../../../platform/identifiers/email-address.ts'
import { parseUsername } from '../../../platform/identifiers/username.ts'
import type { Registration } from '../../../stores/accounts/registrations.ts'
import type { ListedMail } from '../../../stores/audit/operator-views.ts'
import type { Deps } from '../../kernel/deps.ts'
import { type OperatorCaller, requireOperator } from '../operator.ts'
import { explainAddress, explainUsername } from '../reasons/explain-nobody.ts'
import { requireLimit } from '../require-account.ts'

export interface PendingRegistrations {
  readonly registrations: readonly Registration[]
  /** To the address that is asked for, or that of the newest registration, newest first. */
  readonly mails: readonly ListedMail[]
  /** `null` where nobody is asked for, or there is an account: then its story says. */
  readonly cannotSignIn: string | null
}

const MAILS = 20

/** @param query.search an address or a username @throws AuthError as `requireOperator`, `invalid_request` @throws Unavailable */
export async function listPendingRegistrations(
  deps: Deps,
  caller: OperatorCaller,
  { search = '', limit: limitText }: { readonly search?: string | undefined; readonly limit?: string | undefined },
): Promise<PendingRegistrations> {
  await requireOperator(deps, caller, 'look')
  const [now, limit] = [deps.clock(), requireLimit(limitText)]
  const text = search.trim()
  if (text === '') {
    return { registrations: await deps.operatorViews.listRegistrations({}, now, limit), mails: [], cannotSignIn: null }
  }
  if (!text.includes('@')) return ofUsername(deps, text, now, limit)
  const email = parseEmailAddress(text)
  if (email === null) return { registrations: [], mails: [], cannotSignIn: 'This is no e-mail address.' }
  const [registrations, mails, links, account, formerOwners] = await Promise.all([
    deps.operatorViews.listRegistrations({ email }, now, limit),
    deps.operatorViews.listMails({ recipient: email }, now, MAILS),
    deps.mailedLinks.list(email, now),
    deps.users.findByEmail(email),
    deps.recoveryPoints.listFormerOwners(email, now),
  ])
  return { registrations, mails, cannotSignIn: account ? null : explainAddress({ registrations, links, formerOwners }) }
}

/** All registrations that want a username are of one address. */
async function ofUsername(deps: Deps, text: string, now: number, limit: number): Promise<PendingRegistrations> {
  const username = parseUsername(text)
  if (username === null) return { registrations: [], mails: [], cannotSignIn: 'This is no username.' }
  const [registrations, account, holder] = await Promise.all([
    deps.operatorViews.listRegistrations({ usernameKey: username.key }, now, limit),
    deps.users.findByUsernameKey(username.key),
    deps.recoveryPoints.findHolder(username.key, now),
  ])
  const email = registrations[0]?.email
  const [mails, links] =
    email === undefined
      ? [[], []]
      : await Promise.all([deps.operatorViews.listMails({ recipient: email }, now, MAILS), deps.mailedLinks.list(email, now)])
  return { registrations, mails, cannotSignIn: account ? null : explainUsername(registrations, links, holder) }
}
