// How a mail leaves this worker. What it says, and when it is tried again, is decided by callers.

export interface Mail {
  readonly to: string
  readonly from: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** The same in every attempt, so that whoever takes the mail can tell that it has it already. */
export interface MailStamp {
  /** A UUID. */
  readonly id: string
  /** Epoch seconds: the mail's `Date`. */
  readonly queuedAt: number
}

export interface MailTransport {
  /** Whether sent mails stay readable afterwards: only the development mailbox's do. */
  readonly keepsMail: boolean
  /** @throws MailNotTaken; where the answer was lost, the mail may have been taken all the same */
  send(mail: Mail, stamp: MailStamp): Promise<void>
}

const DETAIL_LIMIT = 200
/** More is not looked at: the pattern below takes time by the square of a word's length. */
const HEARD_LIMIT = 2000
/** Addresses, links, and whatever might be a token: some services repeat what they were sent. */
const UNFIT_FOR_A_LOG = /\S*@\S*|https?:\S*|[\w+/=-]{40,}/g

/** The other side's answer, or the lack of one. Its message is fit for a log. */
export class MailNotTaken extends Error {
  override readonly name = 'MailNotTaken'
  /** `smtp_550`, `http_timeout` …: for the operator, and nobody's own words. */
  readonly code: string
  /** No use trying again: it is about this very mail, and will be the same next time. */
  readonly isPermanent: boolean

  constructor(code: string, { isPermanent = false, detail = '' }: { isPermanent?: boolean; detail?: string } = {}) {
    // Whole words only: half an address would not be known for one.
    const heard = detail.length > HEARD_LIMIT ? detail.slice(0, detail.lastIndexOf(' ', HEARD_LIMIT) + 1) : detail
    const safe = heard.replace(UNFIT_FOR_A_LOG, '…').replace(/\s+/g, ' ').trim()
    super(safe === '' ? code : `${code}: ${safe.slice(0, DETAIL_LIMIT)}`)
    this.code = code
    this.isPermanent = isPermanent
  }
}

/** Development: nothing leaves the machine, and /dev/mailbox reads what would have. */
export const mailboxTransport: MailTransport = {
  keepsMail: true,
  async send() {},
}
