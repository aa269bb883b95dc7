// What the page behind the mailed link shows. Everything that came from a request is escaped by `html`.
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AuthError } from '../../auth/errors.ts'
import type { Registration } from '../../stores/registrations.ts'
import { layout, type Page, renderTime } from '../shared/html-page.ts'

export function renderConfirmQuestion(registration: Registration, token: string): Page {
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

export function renderConfirmed(): Page {
  return layout('Your address is confirmed', html`<p>You can sign in now and close this page.</p>`)
}

export function renderFailurePage(failure: AuthError): [Page, ContentfulStatusCode] {
  switch (failure.code) {
    case 'invalid_link':
      return [
        layout(
          'This link does not work',
          html`<p>It may have expired, or another link for the same address was confirmed. You can ask for a new one or register again.</p>`,
        ),
        400,
      ]
    case 'unavailable':
      return [layout('Please try again in a moment', html`<p>We could not look this up just now. The link still works.</p>`), 503]
    case 'not_found':
      return [layout('There is nothing here', html`<p>The address of this page is not one of ours.</p>`), 404]
    case 'method_not_allowed':
      return [layout('This page cannot do that', html`<p>Open the link from the mail again.</p>`), 405]
    case 'body_too_large':
      return [layout('That was too much', html`<p>Open the link from the mail again.</p>`), 413]
    case 'unsupported_media_type':
      return [layout('That was no form of ours', html`<p>Open the link from the mail again.</p>`), 415]
    default:
      return [layout('Something went wrong', html`<p>It is our fault. Please try again later.</p>`), 500]
  }
}
