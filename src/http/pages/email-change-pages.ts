// The pages behind the two links of a change of address: the one that confirms it, and the one that takes it back.
import { html } from 'hono/html'
import { layout, type Page } from '../shared/html-page.ts'
import { actionOf, type LinkPage, renderNotice } from './link-page.ts'
import type { PageWords, Question } from './words/words.ts'

export const changedEmailPage: LinkPage = {
  advice: (words) => words.adviceToChange,
  async show(auth, { token }, words) {
    const { email, isDone } = await auth.describeEmailChange(token)
    if (isDone) return renderNotice(words, words.addressChanged)
    return renderQuestion(words, words.changeAddress, { email, token, path: '/confirm-email-change' })
  },
  async act(auth, { token }, client, words) {
    await auth.confirmEmailChange(token, client)
    return renderNotice(words, words.addressChanged)
  },
}

export const restoredEmailPage: LinkPage = {
  advice: (words) => words.adviceToUndo,
  async show(auth, { token }, words) {
    const { email, isDone } = await auth.describeEmailUndo(token)
    if (isDone) return renderNotice(words, words.changeUndone)
    return renderQuestion(words, words.undoChange, { email, token, path: '/undo-email-change' })
  },
  async act(auth, { token }, client, words) {
    await auth.undoEmailChange(token, client)
    return renderNotice(words, words.changeUndone)
  },
}

interface Subject {
  readonly email: string
  readonly token: string | undefined
  readonly path: string
}

/** Says nothing of whose account it is: the link may have been mailed to a stranger, by a slip. */
function renderQuestion(words: PageWords, { heading, text, button }: Question, { email, token = '', path }: Subject): Page {
  return layout(
    words.lang,
    heading,
    html`<p>${text}</p>
      <dl><dt>${words.address}</dt><dd>${email}</dd></dl>
      <form method="post" action="${actionOf(path, words)}">
        <input type="hidden" name="token" value="${token}" />
        <button type="submit">${button}</button>
      </form>`,
  )
}
