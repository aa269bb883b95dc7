// The development mailbox: every mail "sent", for a person to read and for programs. app.ts mounts it in development and
// for loopback hosts only.
import { html } from 'hono/html'
import type { MailboxEntry } from '../../core/operations/read-mailbox.ts'
import { renderMinute, renderTime } from '../../platform/runtime/rfc3339.ts'
import { layout, type Page } from '../shared/html-page.ts'
import { createRoutes } from '../shared/routes.ts'

/** The frames below take this policy over, and mails bring their style in attributes. Nothing is loaded, nothing runs. */
const MAILBOX_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

export const mailbox = createRoutes().get('/', async (c) => {
  const to = c.req.query('to')
  const entries = await c.var.auth.readMailbox(to)
  c.header('Vary', 'Accept')
  if (wantsJson(c.req.header('Accept'))) return c.json({ messages: entries.map(renderMessage) })
  c.header('Content-Security-Policy', MAILBOX_POLICY)
  return c.html(renderMailbox(entries, to))
})

function wantsJson(accept = ''): boolean {
  return accept.includes('application/json') && !accept.includes('text/html')
}

function renderMessage({ to, from, subject, text, html: htmlText, sentAt }: MailboxEntry) {
  return { to, from, subject, text, html: htmlText, sent_at: renderTime(sentAt) }
}

function renderMailbox(entries: readonly MailboxEntry[], to: string | undefined): Page {
  return layout(
    'en',
    'Development mailbox',
    html`<p>Mail that production would have sent, newest first. Nothing has left this machine.</p>
      <form method="get" action="/dev/mailbox">
        <label>Only to <input type="email" name="to" value="${to ?? ''}" placeholder="everybody" /></label>
        <button type="submit">Show</button>
      </form>
      ${entries.length === 0 ? html`<p>No mail${to ? ' to this address' : ''} yet.</p>` : entries.map(renderEntry)}`,
  )
}

function renderEntry({ to, from, subject, text, html: htmlText, sentAt }: MailboxEntry): Page {
  return html`<article>
    <h2>${subject}</h2>
    <dl>
      <dt>To</dt><dd>${to}</dd>
      <dt>From</dt><dd>${from}</dd>
      <dt>Sent</dt><dd>${renderMinute(sentAt)}</dd>
    </dl>
    <h3>As HTML</h3>
    <iframe title="${subject}, as HTML" sandbox="allow-top-navigation-by-user-activation" srcdoc="${inFrame(htmlText)}"
      style="width:100%;height:26rem;box-sizing:border-box;border:1px solid;background:#fff;color-scheme:light;resize:vertical"></iframe>
    <h3>As plain text</h3>
    <pre>${linkify(text)}</pre>
  </article>`
}

/** Links lead where they would from a mail program, not into the frame. */
function inFrame(htmlText: string): string {
  return htmlText.replace('<head>', '<head><base target="_top">')
}

/** Links on a line of their own become links; the rest of the text stays text. */
function linkify(text: string) {
  return text.split('\n').map((line) => (/^https?:\/\/\S+$/.test(line) ? html`<a href="${line}">${line}</a>\n` : html`${line}\n`))
}
