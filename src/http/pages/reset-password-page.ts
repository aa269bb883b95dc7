// The page behind the link for a new password. A password that is not acceptable gets the form again: it spends no link.
import { html } from 'hono/html'
import { layout, type Page } from '../shared/html-page.ts'
import { actionOf, brokenRuleOf, describeBrokenRule, type LinkPage, renderNotice, renderProblem } from './link-page.ts'
import type { PageWords } from './words/words.ts'

export const resetPasswordPage: LinkPage = {
  advice: (words) => words.adviceToReset,
  async show(auth, { token }, words) {
    const { email } = await auth.describeReset(token)
    return renderForm(words, email, token ?? '', null)
  },
  async act(auth, { token, password }, client, words) {
    try {
      await auth.resetPassword({ token, password }, client)
    } catch (error) {
      const broken = brokenRuleOf(error)
      if (!broken) throw error
      const { email } = await auth.describeReset(token)
      return [renderForm(words, email, token ?? '', describeBrokenRule(broken, words)), 400]
    }
    return renderNotice(words, words.passwordReset)
  },
}

/** The address is there for password managers, too, which keep the new password under it. */
function renderForm(words: PageWords, email: string, token: string, problem: string | null): Page {
  const { heading, text, button } = words.resetPassword
  return layout(
    words.lang,
    heading,
    html`<dl><dt>${words.account}</dt><dd>${email}</dd></dl>
      <p>${text}</p>
      ${renderProblem(problem)}
      <form method="post" action="${actionOf('/reset-password', words)}">
        <input type="hidden" name="token" value="${token}" />
        <input type="email" value="${email}" autocomplete="username" hidden readonly />
        <label for="password">${words.newPassword}</label>
        <input type="password" id="password" name="password" autocomplete="new-password" required ${
          problem === null ? '' : html`aria-invalid="true" aria-describedby="problem"`
        } />
        <button type="submit">${button}</button>
      </form>`,
  )
}
