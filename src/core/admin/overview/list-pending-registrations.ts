// Registrations whose address is not confirmed yet, newest first. Asked for one address or username, what became of its mail too, and in one sentence
// why nobody can sign in by it.
import { parseEmailAddress } from '../../../platform/identifiers/email-address.ts'
import { parseUsername } from '../../../platform/identifiers/username.ts'
import { renderTime } from '../../../platform/runtime/rfc3339.ts'
import type { Registration } from '../../../stores/accounts/registrations.ts'
import type { ListedMail } from '../../../stores/audit/operator-views.ts'
import type { Client, Deps } from '../../kernel/deps.ts'
import { type OperatorProof, requireOperator } from '../operator.ts'
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
  proof: OperatorProof,
  { search = '', limit: limitText }: { readonly search?: string | undefined; readonly limit?: string | undefined },
  client: Client,
): Promise<PendingRegistrations> {
  await requireOperator(deps, proof, 'look', client)
  const [now, limit] = [deps.clock(), requireLimit(limitText)]
  const text = search.trim()
  if (text === '') {
    return { registrations: await deps.operatorViews.listRegistrations({}, now, limit), mails: [], cannotSignIn: null }
  }
  if (!text.includes('@')) return ofUsername(deps, text, now, limit)
  const email = parseEmailAddress(text)
  if (email === null) return { registrations: [], mails: [], cannotSignIn: 'This is no e-mail address.' }
  const [registrations, mails, account, asideUntil] = await Promise.all([
    deps.operatorViews.listRegistrations({ email }, now, limit),
    deps.operatorViews.listMails({ recipient: email }, MAILS),
    deps.users.findByEmail(email),
    deps.operatorViews.findPutAside(email, now),
  ])
  return { registrations, mails, cannotSignIn: account ? null : explain(registrations[0], mails, asideUntil) }
}

/** One registration at a time holds a username. */
async function ofUsername(deps: Deps, text: string, now: number, limit: number): Promise<PendingRegistrations> {
  const username = parseUsername(text)
  if (username === null) return { registrations: [], mails: [], cannotSignIn: 'This is no username.' }
  const [registrations, account] = await Promise.all([
    deps.operatorViews.listRegistrations({ usernameKey: username.key }, now, limit),
    deps.users.findByUsernameKey(username.key),
  ])
  const [newest] = registrations
  const mails = newest ? await deps.operatorViews.listMails({ recipient: newest.email }, MAILS) : []
  if (account) return { registrations, mails, cannotSignIn: null }
  if (newest) return { registrations, mails, cannotSignIn: explain(newest, mails, null) }
  return { registrations, mails, cannotSignIn: 'Nobody has this username: there is no account, and no registration that waits.' }
}

function explain(newest: Registration | undefined, mails: readonly ListedMail[], asideUntil: number | null): string {
  if (newest) {
    // Any mail since belongs to a registration of this address; without one, a cap has held it back.
    const mail = mails.find(({ purpose, createdAt }) => purpose === 'registration' && createdAt >= newest.createdAt)
    return `The registration of ${renderTime(newest.createdAt)} is not confirmed yet; ${describeLink(mail, newest)}.`
  }
  if (asideUntil !== null)
    return `The account was deleted, and an address of before may take it back until ${renderTime(asideUntil)}.`
  return 'Nobody has this address: there is no account, and no registration that waits.'
}

function describeLink(mail: ListedMail | undefined, { expiresAt }: Registration): string {
  if (mail === undefined)
    return 'no link was mailed for it, since too much mail went to the address, or was asked for from the same place'
  if (mail.deadAt !== null) return `the mail with the link could not be delivered (${mail.reason ?? 'no reason given'})`
  if (mail.sentAt === null) return `the mail with the link waits to be sent${mail.reason === null ? '' : `, after ${mail.reason}`}`
  return `a link was mailed at ${renderTime(mail.sentAt)}, and counts until ${renderTime(expiresAt)}`
}
