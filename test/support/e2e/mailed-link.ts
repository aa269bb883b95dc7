// Reads the development mailbox of a server under test, as a program does.

export interface MailboxMessage {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Newest first. */
export async function readMailbox(serverUrl: string, to: string): Promise<readonly MailboxMessage[]> {
  const reply = await fetch(`${serverUrl}/dev/mailbox?to=${encodeURIComponent(to)}`, { headers: { Accept: 'application/json' } })
  const { messages } = (await reply.json()) as { messages: readonly MailboxMessage[] }
  return messages
}

/** The link of the newest mail to this address. */
export async function mailedLink(serverUrl: string, to: string): Promise<URL> {
  const [newest] = await readMailbox(serverUrl, to)
  const link = newest?.text.match(/^http\S+token=\S+$/m)?.[0]
  if (!link) throw new Error(`Cannot find a link in the mail to ${to}: ${newest?.text ?? 'there is no mail'}`)
  return new URL(link)
}

export async function mailedToken(serverUrl: string, to: string): Promise<string> {
  const token = (await mailedLink(serverUrl, to)).searchParams.get('token')
  if (!token) throw new Error(`Cannot find a token in the link mailed to ${to}`)
  return token
}
