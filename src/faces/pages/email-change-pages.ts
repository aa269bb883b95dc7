// The pages behind the two links of a change of address: the one that confirms it, and the one that takes it back.
import { html } from 'hono/html'
import { layout, type Page } from '../shared/html-page.ts'
import type { LinkPage } from './link-page.ts'

export const changedEmailPage: LinkPage = {
  advice: 'You can ask for the change again.',
  async show(auth, token) {
    const { email, isDone } = await auth.describeEmailChange(token)
    return isDone ? renderChanged() : renderQuestion(email, token ?? '')
  },
  async act(auth, { token }, client) {
    await auth.confirmEmailChange(token, client)
    return renderChanged()
  },
}

export const restoredEmailPage: LinkPage = {
  advice: 'If the account is not yours any more, ask whoever runs this service.',
  async show(auth, token) {
    const { email, isDone } = await auth.describeEmailUndo(token)
    return isDone ? renderRestored() : renderUndoQuestion(email, token ?? '')
  },
  async act(auth, { token }, client) {
    await auth.undoEmailChange(token, client)
    return renderRestored()
  },
}

/** Says nothing of whose account it is: the link may have been mailed to a stranger, by a slip. */
function renderQuestion(email: string, token: string): Page {
  return layout(
    'Confirm your new e-mail address',
    html`<p>An account asks for your address in place of its own. If the account is yours, confirm it; if not, close this page.</p>
      <dl>
        <dt>Address</dt><dd>${email}</dd>
      </dl>
      ${renderButton('/confirm-email-change', token, 'Use this address')}`,
  )
}

function renderChanged(): Page {
  return layout('Your address is changed', html`<p>From now on you sign in with it. You can close this page.</p>`)
}

function renderUndoQuestion(email: string, token: string): Page {
  return layout(
    'Take the change back',
    html`<p>
        The account gets this address back. Everybody is signed out, and neither the password nor the PIN works any more: we send a
        link for a new password to it.
      </p>
      <dl><dt>Address</dt><dd>${email}</dd></dl>
      ${renderButton('/undo-email-change', token, 'Take the change back')}`,
  )
}

function renderRestored(): Page {
  return layout(
    'Your address is back',
    html`<p>Everybody is signed out. Look for our mail: the link in it lets you set a new password.</p>`,
  )
}

function renderButton(action: string, token: string, words: string): Page {
  return html`<form method="post" action="${action}">
    <input type="hidden" name="token" value="${token}" />
    <button type="submit">${words}</button>
  </form>`
}
