// What the pages behind mailed links have in common: opening one changes nothing, since mail scanners open links too; its
// form is what acts. Plain HTML that needs neither script nor picture, and no link in it leads elsewhere.
import type { Context } from 'hono'
import type { HonoBase } from 'hono/hono-base'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Auth } from '../../core/core.ts'
import type { Client } from '../../core/kernel/deps.ts'
import { AuthError } from '../../core/kernel/errors.ts'
import type { BrokenRule } from '../../platform/identifiers/password-policy.ts'
import type { Failure } from '../failures/failures.ts'
import { noteFailure } from '../failures/failures.ts'
import { HttpError } from '../failures/http-error.ts'
import { limitBody, readBytes } from '../shared/body.ts'
import { type AppEnv, inFace, readClient } from '../shared/context.ts'
import { layout, PAGE_POLICY, type Page } from '../shared/html-page.ts'
import { readRegistrationCookie } from '../shared/registration-cookie.ts'
import { closeRoutes, createRoutes } from '../shared/routes.ts'
import { isFromOrigins } from '../shared/same-origin.ts'
import { chooseWords } from './language.ts'
import type { Notice, PageWords } from './words/words.ts'

export interface LinkPage {
  /** Where a person is to go when the link does not count. */
  readonly advice: (words: PageWords) => string
  /** Changes nothing. */
  show(auth: Auth, link: OpenedLink, words: PageWords): Promise<Page>
  act(auth: Auth, form: LinkForm, client: Client, words: PageWords): Promise<Page | readonly [Page, ContentfulStatusCode]>
}

export interface OpenedLink {
  readonly token: string | undefined
  /** What this browser was given when it registered; `null` also where another site has made it ask. */
  readonly registrationProof: string | null
  /** The person would rather choose a new password than type the one there is. */
  readonly asksForNewPassword: boolean
}

export interface LinkForm extends Pick<OpenedLink, 'token' | 'registrationProof'> {
  readonly password: string | undefined
  readonly newPassword: string | undefined
}

export interface PageSettings {
  /** Origin of this service as configured. */
  readonly publicUrl: string
  readonly defaultLocale: PageWords['lang']
}

type SettingsOf = (env: AppEnv['Bindings']) => PageSettings

/** @param settingsOf asked on each request, since configuration is read from its environment */
export function createLinkPage({ advice, show, act }: LinkPage, settingsOf: SettingsOf): HonoBase<AppEnv> {
  const wordsFor = (c: Context<AppEnv>) =>
    chooseWords(c.req.query('lang'), c.req.header('Accept-Language'), settingsOf(c.env).defaultLocale)

  const page = createRoutes()
    .use(inFace('page'), async (c, next) => {
      setPageHeaders(c)
      await next()
    })
    .get('/', async (c) => {
      const { token, new: isNew } = c.req.query()
      const link = { token, registrationProof: readRegistrationCookie(c), asksForNewPassword: isNew === '1' }
      return c.html(await show(c.var.auth, link, wordsFor(c)))
    })
    .post('/', limitBody, async (c) => {
      const form = await readForm(c)
      // A press that another site has made for the person is none: it counts as one from a browser that never registered.
      const isPressed = isFromOrigins(c, settingsOf(c.env).publicUrl, [])
      const done = await act(
        c.var.auth,
        {
          token: form('token'),
          registrationProof: isPressed ? readRegistrationCookie(c) : null,
          password: form('password'),
          newPassword: form('new_password'),
        },
        readClient(c),
        wordsFor(c),
      )
      return Array.isArray(done) ? c.html(done[0], done[1]) : c.html(done as Page)
    })

  page.onError((error, c) => {
    const words = wordsFor(c)
    const [failure, status] = renderFailurePage(noteFailure(c, error), words, advice(words))
    setPageHeaders(c)
    return c.html(failure, status)
  })
  closeRoutes(page)
  return page
}

/** A page that only says something. */
export function renderNotice({ lang }: PageWords, [heading, text]: Notice): Page {
  return layout(lang, heading, html`<p>${text}</p>`)
}

/** The path a form of a page is sent to, in the language of the page. */
export function actionOf(path: string, { lang }: PageWords): string {
  return `${path}?lang=${lang}`
}

/** What a field of a form is followed by when what was typed will not do. */
export function renderProblem(text: string | null): Page | '' {
  return text === null ? '' : html`<p id="problem" role="alert"><strong>${text}</strong></p>`
}

/** The rule that a new password has broken, where that is why `error` was thrown. */
export function brokenRuleOf(error: unknown): BrokenRule | undefined {
  return error instanceof AuthError && error.code === 'invalid_request' ? error.details.fields?.[0]?.broken : undefined
}

export function describeBrokenRule({ rule, limit }: BrokenRule, { passwordProblems }: PageWords): string {
  return passwordProblems[rule].replace('{limit}', String(limit))
}

/**
 * With `no-referrer`, Chromium would say `Origin: null` of a page's own form. To other origins nothing is told, as everywhere.
 */
function setPageHeaders(c: Context<AppEnv>): void {
  c.header('Content-Security-Policy', PAGE_POLICY)
  c.header('Referrer-Policy', 'same-origin')
}

/** @returns the fields by their names @throws HttpError `unsupported_media_type`, `body_too_large` */
async function readForm(c: Context<AppEnv>): Promise<(name: string) => string | undefined> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(c.req.header('Content-Type') ?? '')) {
    throw new HttpError('unsupported_media_type', 'not a form')
  }
  const form = new URLSearchParams(new TextDecoder().decode(await readBytes(c)))
  return (name) => form.get(name) ?? undefined
}

function renderFailurePage(failure: Failure, words: PageWords, advice: string): [Page, ContentfulStatusCode] {
  switch (failure.code) {
    case 'invalid_link': {
      const [heading, text] = words.deadLink
      return [renderNotice(words, [heading, `${text} ${advice}`]), 400]
    }
    case 'rate_limited':
      return [renderNotice(words, words.tooManyAttempts), 429]
    case 'unavailable':
      return [renderNotice(words, words.unavailable), 503]
    case 'not_found':
      return [renderNotice(words, words.notFound), 404]
    case 'method_not_allowed':
      return [renderNotice(words, words.wrongMethod), 405]
    case 'body_too_large':
      return [renderNotice(words, words.tooLarge), 413]
    case 'unsupported_media_type':
      return [renderNotice(words, words.noForm), 415]
    default:
      return [renderNotice(words, words.fault), 500]
  }
}
