// What the pages behind mailed links have in common: opening one changes nothing, since mail scanners open links too; its
// form is what acts. Plain HTML that needs neither script nor picture, and no link in it leads elsewhere.
import type { HonoBase } from 'hono/hono-base'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Auth } from '../../auth/auth.ts'
import type { Client } from '../../auth/deps.ts'
import { AuthError } from '../../auth/errors.ts'
import { limitBody, readBytes } from '../shared/body.ts'
import { type AppEnv, inFace, readClient } from '../shared/context.ts'
import { noteFailure } from '../shared/failures.ts'
import { layout, PAGE_POLICY, type Page } from '../shared/html-page.ts'
import { closeRoutes, createRoutes } from '../shared/routes.ts'

export interface LinkPage {
  /** Where a person is to go when the link does not count. */
  readonly advice: string
  /** Changes nothing. */
  show(auth: Auth, token: string | undefined): Promise<Page>
  act(auth: Auth, form: LinkForm, client: Client): Promise<Page | readonly [Page, ContentfulStatusCode]>
}

export interface LinkForm {
  readonly token: string | undefined
  readonly password: string | undefined
}

export function createLinkPage({ advice, show, act }: LinkPage): HonoBase<AppEnv> {
  const page = createRoutes()
    .use(inFace('page'), async (c, next) => {
      c.header('Content-Security-Policy', PAGE_POLICY)
      await next()
    })
    .get('/', async (c) => c.html(await show(c.var.auth, c.req.query('token'))))
    .post('/', limitBody, async (c) => {
      if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(c.req.header('Content-Type') ?? '')) {
        throw new AuthError('unsupported_media_type', 'not a form')
      }
      const form = new URLSearchParams(new TextDecoder().decode(await readBytes(c)))
      const read = (name: string) => form.get(name) ?? undefined
      const done = await act(c.var.auth, { token: read('token'), password: read('password') }, readClient(c))
      return Array.isArray(done) ? c.html(done[0], done[1]) : c.html(done as Page)
    })

  page.onError((error, c) => {
    const [failure, status] = renderFailurePage(noteFailure(c, error), advice)
    c.header('Content-Security-Policy', PAGE_POLICY)
    return c.html(failure, status)
  })
  closeRoutes(page)
  return page
}

function renderFailurePage(failure: AuthError, advice: string): [Page, ContentfulStatusCode] {
  const again = 'Open the link from the mail again.'
  const say = (title: string, text: string) => layout(title, html`<p>${text}</p>`)
  switch (failure.code) {
    case 'invalid_link':
      return [say('This link does not work', `It may have expired, or another link has taken its place. ${advice}`), 400]
    case 'rate_limited':
      return [say('Please try again later', 'There were too many attempts from where you are. The link still works.'), 429]
    case 'unavailable':
      return [say('Please try again in a moment', 'We could not look this up just now. The link still works.'), 503]
    case 'not_found':
      return [say('There is nothing here', 'The address of this page is not one of ours.'), 404]
    case 'method_not_allowed':
      return [say('This page cannot do that', again), 405]
    case 'body_too_large':
      return [say('That was too much', again), 413]
    case 'unsupported_media_type':
      return [say('That was no form of ours', again), 415]
    default:
      return [say('Something went wrong', 'It is our fault. Please try again later.'), 500]
  }
}
