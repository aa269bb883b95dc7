// The page behind the link for a new password. A password that is not acceptable gets the form again: it spends no link.
import { html } from 'hono/html'
import { AuthError } from '../../auth/errors.ts'
import { layout, type Page } from '../shared/html-page.ts'
import type { LinkPage } from './link-page.ts'

export const resetPasswordPage: LinkPage = {
  advice: 'You can ask for a new one.',
  async show(auth, token) {
    const { email } = await auth.describeReset(token)
    return renderForm(email, token ?? '', null)
  },
  async act(auth, { token, password }, client) {
    try {
      await auth.resetPassword({ token, password }, client)
    } catch (error) {
      const problem = error instanceof AuthError && error.code === 'invalid_request' ? error.details.fields?.[0] : undefined
      if (!problem) throw error
      const { email } = await auth.describeReset(token)
      return [renderForm(email, token ?? '', problem.message), 400]
    }
    return renderDone()
  },
}

/** The address is there for password managers, too, which keep the new password under it. */
function renderForm(email: string, token: string, problem: string | null): Page {
  return layout(
    'Set a new password',
    html`<dl><dt>Account</dt><dd>${email}</dd></dl>
      <p>You will be signed out everywhere.</p>
      ${problem === null ? '' : html`<p id="problem" role="alert"><strong>The password ${problem}.</strong></p>`}
      <form method="post" action="/reset-password">
        <input type="hidden" name="token" value="${token}" />
        <input type="email" value="${email}" autocomplete="username" hidden readonly />
        <label for="password">New password</label>
        <input type="password" id="password" name="password" autocomplete="new-password" required ${
          problem === null ? '' : html`aria-invalid="true" aria-describedby="problem"`
        } />
        <button type="submit">Set password</button>
      </form>`,
  )
}

function renderDone(): Page {
  return layout('Your password is changed', html`<p>You can sign in with it now and close this page.</p>`)
}
