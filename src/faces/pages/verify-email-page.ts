// What the page behind the link in the verification mail shows. Everything that came from a request is escaped by `html`.
import { html } from 'hono/html'
import type { Registration } from '../../stores/registrations.ts'
import { layout, type Page, renderTime } from '../shared/html-page.ts'
import type { LinkPage } from './link-page.ts'

export const verifyEmailPage: LinkPage = {
  advice: 'You can ask for a new one or register again.',
  async show(auth, token) {
    const found = await auth.describeVerification(token)
    return found.state === 'pending' && token ? renderQuestion(found.registration, token) : renderConfirmed()
  },
  async act(auth, { token }, client) {
    await auth.verifyEmail(token, client)
    return renderConfirmed()
  },
}

function renderQuestion(registration: Registration, token: string): Page {
  return layout(
    'Confirm your e-mail address',
    html`<p>This registration asks for your address. If it is yours, confirm it; if you did not register, close this page.</p>
      <dl>
        <dt>Address</dt><dd>${registration.email}</dd>
        ${registration.username === null ? '' : html`<dt>Username</dt><dd>${registration.username}</dd>`}
        <dt>Requested</dt><dd>${renderTime(registration.createdAt)}</dd>
        <dt>From</dt><dd>${registration.ip === 'unknown' ? 'an unknown address' : registration.ip}</dd>
        ${registration.userAgent === '' ? '' : html`<dt>With</dt><dd>${registration.userAgent}</dd>`}
      </dl>
      <form method="post" action="/verify-email">
        <input type="hidden" name="token" value="${token}" />
        <button type="submit">Confirm this address</button>
      </form>`,
  )
}

function renderConfirmed(): Page {
  return layout('Your address is confirmed', html`<p>You can sign in now and close this page.</p>`)
}
