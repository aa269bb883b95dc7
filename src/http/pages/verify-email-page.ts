// The page behind the link in the verification mail. In the browser that registered one press confirms; in any other the person
// types the registration's password, or chooses a new one. Everything that came from a request is escaped by `html`.
import { html } from 'hono/html'
import type { DescribedRegistration } from '../../core/accounts/confirm-registration.ts'
import { AuthError } from '../../core/kernel/errors.ts'
import { printable } from '../../platform/identifiers/printable-text.ts'
import { renderMinute } from '../../platform/runtime/rfc3339.ts'
import { layout, type Page } from '../shared/html-page.ts'
import { actionOf, brokenRuleOf, describeBrokenRule, type LinkPage, renderNotice, renderProblem } from './link-page.ts'
import type { PageWords } from './words/words.ts'

const PATH = '/verify-email'

/** How the form asks for what the link alone does not prove. */
type Asking = 'a press' | 'the password' | 'a new password'

export const verifyEmailPage: LinkPage = {
  advice: (words) => words.adviceToConfirm,
  async show(auth, { token = '', registrationProof, asksForNewPassword }, words) {
    const found = await auth.describeRegistration({ token, proof: registrationProof })
    if (found.state === 'confirmed') return renderNotice(words, words.addressConfirmed)
    const asking = asksForNewPassword ? 'a new password' : found.isOwnBrowser ? 'a press' : 'the password'
    return renderQuestion(words, found, token, asking, null)
  },
  async act(auth, { token = '', registrationProof, password, newPassword }, client, words) {
    const link = { token, proof: registrationProof }
    try {
      const confirmation = await auth.confirmRegistration({ ...link, password, newPassword }, client)
      const [heading, text] = words.addressConfirmed
      return renderNotice(words, [heading, confirmation === 'late' ? words.addressConfirmedBefore : text])
    } catch (error) {
      const problem = describeProblem(error, words)
      if (problem === null) throw error
      const found = await auth.describeRegistration(link)
      if (found.state === 'confirmed') return renderNotice(words, words.addressConfirmed)
      const asking = newPassword === undefined ? 'the password' : 'a new password'
      return [renderQuestion(words, found, token, asking, problem), 400]
    }
  },
}

/** What the person can mend; `null` for any other failure. */
function describeProblem(error: unknown, words: PageWords): string | null {
  const broken = brokenRuleOf(error)
  if (broken) return describeBrokenRule(broken, words)
  if (!(error instanceof AuthError)) return null
  if (error.code === 'missing_credentials') return words.noPassword
  return error.code === 'invalid_credentials' ? words.wrongPassword : null
}

type Pending = Extract<DescribedRegistration, { readonly state: 'pending' }>

function renderQuestion(
  words: PageWords,
  { email, username, origin }: Pending,
  token: string,
  asking: Asking,
  problem: string | null,
): Page {
  const { heading } = words.confirmAddress
  const { text, button } = asking === 'a new password' ? words.confirmWithNewPassword : words.confirmAddress
  return layout(
    words.lang,
    heading,
    html`<p>${origin === null && asking !== 'a new password' ? words.proveAddress : text}</p>
      <dl>
        <dt>${words.address}</dt><dd>${email}</dd>
        ${username === null ? '' : html`<dt>${words.username}</dt><dd>${username}</dd>`}
        ${origin === null ? '' : renderOrigin(words, origin)}
      </dl>
      ${renderProblem(problem)}
      <form method="post" action="${actionOf(PATH, words)}">
        <input type="hidden" name="token" value="${token}" />
        ${asking === 'a press' ? '' : renderField(words, email, asking, problem)}
        <button type="submit">${button}</button>
      </form>
      ${
        asking === 'the password'
          ? html`<p id="hint">${origin === null ? words.accountPasswordHint : words.passwordHint}</p>
      <p><a href="${actionOf(PATH, words)}&amp;token=${token}&amp;new=1">${words.newPasswordInstead}</a></p>`
          : ''
      }`,
  )
}

function renderOrigin(words: PageWords, { ip, userAgent, createdAt }: NonNullable<Pending['origin']>): Page {
  return html`<dt>${words.requestedAt}</dt><dd>${renderMinute(createdAt)}</dd>
        <dt>${words.requestedFrom}</dt><dd>${ip === 'unknown' ? words.unknownAddress : ip}</dd>
        ${userAgent === '' ? '' : html`<dt>${words.requestedWith}</dt><dd>${printable(userAgent)}</dd>`}`
}

/** The address is there for password managers, which keep a password under it. */
function renderField(words: PageWords, email: string, asking: Exclude<Asking, 'a press'>, problem: string | null): Page {
  const isNew = asking === 'a new password'
  const [name, label] = isNew ? ['new_password', words.newPassword] : ['password', words.password]
  const describedBy = [...(problem === null ? [] : ['problem']), ...(isNew ? [] : ['hint'])].join(' ')
  const invalid = problem === null ? '' : html` aria-invalid="true"`
  const described = describedBy === '' ? '' : html` aria-describedby="${describedBy}"`
  return html`<input type="email" value="${email}" autocomplete="username" hidden readonly />
        <label for="password">${label}</label>
        <input type="password" id="password" name="${name}" autocomplete="${isNew ? 'new-password' : 'current-password'}" required${invalid}${described} />`
}
