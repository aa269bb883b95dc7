// When a credential last opened a session: to the day, so that it costs a row a day and not one a sign-in.
import type { CredentialKind } from '../../stores/accounts/credentials.ts'
import type { Deps } from '../kernel/deps.ts'

const DAY = 86_400

/** Behind the reply; nothing depends on it. */
export function noteUse(
  { credentials, clock, defer }: Pick<Deps, 'credentials' | 'clock' | 'defer'>,
  userId: string,
  kind: CredentialKind,
  { lastUsedAt }: { readonly lastUsedAt: number | null },
): void {
  const now = clock()
  if (lastUsedAt === null || lastUsedAt <= now - DAY) defer(credentials.noteUse(userId, kind, now))
}
