// A link from a mail, as somebody follows it: its token leads to what it is about, or to one refusal for all that does not count.
import { AuthError } from '../kernel/errors.ts'
import { hashOneTimeToken } from './one-time-token.ts'

export interface OpenedLink<Link> {
  readonly link: Link
  /** What stores know the token by. */
  readonly hash: string
}

/** @param find `null` for a link that does not count (any more) @throws AuthError `invalid_link`, and what `find` throws */
export async function openMailedLink<Link>(
  token: string | undefined,
  find: (hash: string) => Promise<Link | null>,
): Promise<OpenedLink<Link>> {
  const hash = await hashOneTimeToken(token ?? '')
  const link = hash === null ? null : await find(hash)
  if (hash === null || link === null) throw invalidLink('unknown, expired or superseded')
  return { link, hash }
}

/** @param reason for the log alone: whoever follows a link learns no more than that it does not count */
export function invalidLink(reason: string): AuthError {
  return new AuthError('invalid_link', reason)
}
