// Carries out one command of the mail tool by the admin API.
import type { AdminMail } from '../../src/client/admin-binding.ts'
import { type AdminClient, Refused } from '../operator/admin-client.ts'
import type { MailCommand } from './command.ts'
import { mailTable } from './render.ts'

export interface PerformDeps {
  readonly admin: AdminClient
  readonly isJson: boolean
  readonly show: (text: string) => Promise<void>
}

const LIMIT = 200

/** @throws Error when a mail that was named cannot be tried again */
export async function performMailCommand(command: MailCommand, deps: PerformDeps): Promise<void> {
  if (command.name === 'retry') return command.ids === null ? retryAll(deps) : retry(command.ids, deps)
  const mails = await list(deps.admin, command.name === 'dead' ? 'dead' : null)
  if (deps.isJson) for (const mail of mails) await deps.show(JSON.stringify(mail))
  else await deps.show(mails.length === 0 ? `No ${command.name === 'dead' ? 'dead letters' : 'mail'}` : mailTable(mails))
}

/** The latest, or those queued before a mail. */
async function list(admin: AdminClient, state: 'dead' | null, before?: string): Promise<readonly AdminMail[]> {
  return (await admin.get<{ mails: readonly AdminMail[] }>('/mails', 'mails', { state, before, limit: LIMIT })).mails
}

async function retryAll(deps: PerformDeps): Promise<void> {
  const ids: string[] = []
  for (let before: string | undefined; ; ) {
    const dead = await list(deps.admin, 'dead', before)
    ids.push(...dead.filter(({ can_retry }) => can_retry).map(({ id }) => id))
    before = dead.at(-1)?.id
    if (dead.length < LIMIT) break
  }
  if (ids.length === 0 && !deps.isJson) return deps.show('No dead letter that could be tried again')
  await retry(ids, deps)
}

async function retry(ids: readonly string[], { admin, isJson, show }: PerformDeps): Promise<void> {
  const missed: string[] = []
  for (const id of ids) {
    try {
      const { to } = await admin.send<{ to: string }>('POST', `/mails/${encodeURIComponent(id)}/retry`, 'to')
      await show(isJson ? JSON.stringify({ id, to }) : `${id} to ${to} is tried again`)
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404) throw error
      missed.push(id)
    }
  }
  const why = 'no dead letter that can be sent, or its link has ended'
  if (missed.length > 0) throw new Error(missed.map((id) => `Cannot retry ${id}: ${why}`).join('\n'))
}
