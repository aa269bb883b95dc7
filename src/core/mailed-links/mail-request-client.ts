// The client of a request for mail, as it was when it asked.
import { clientBucket } from '../../platform/identifiers/client-address.ts'
import type { MailRequest } from '../../stores/mail/mail-requests.ts'
import type { Client, Deps } from '../kernel/deps.ts'

export function clientOf({ ip: address, userAgent, face, caller }: MailRequest): Client {
  return { address, userAgent, face, ...(caller !== null && { caller }) }
}

const KNOWN_FOR_SECONDS = 30 * 86_400

/** Whether the account was proven from where the request came from. Where nobody can say, it was not: then the caps of strangers count. */
export async function isFromKnownAddress(
  { ledgers }: Pick<Deps, 'ledgers'>,
  userId: string,
  request: MailRequest,
): Promise<boolean> {
  const bucket = clientBucket({ address: request.ip, caller: request.caller })
  return ledgers.knows(userId, bucket, request.createdAt - KNOWN_FOR_SECONDS).catch(() => false)
}
