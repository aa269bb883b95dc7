// The pages a person sees: the one behind the mailed link. Plain HTML that needs neither script nor picture.
import { bodyLimit } from 'hono/body-limit'
import { AuthError } from '../../auth/errors.ts'
import { noteFailure } from '../shared/failures.ts'
import { PAGE_POLICY } from '../shared/html-page.ts'
import { closeRoutes, createRoutes } from '../shared/routes.ts'
import { renderConfirmed, renderConfirmQuestion, renderFailurePage } from './verify-email-page.ts'

const MAX_FORM_BYTES = 4 * 1024

export const pages = createRoutes()
  .use(async (c, next) => {
    c.header('Content-Security-Policy', PAGE_POLICY)
    await next()
  })
  // Opening the link changes nothing: mail scanners open links too.
  .get('/', async (c) => {
    const token = c.req.query('token')
    const found = await c.var.auth.describeVerification(token)
    return c.html(found.state === 'pending' && token ? renderConfirmQuestion(found.registration, token) : renderConfirmed())
  })
  .post(
    '/',
    bodyLimit({
      maxSize: MAX_FORM_BYTES,
      onError: () => {
        throw new AuthError('body_too_large', `over ${MAX_FORM_BYTES} bytes`)
      },
    }),
    async (c) => {
      if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(c.req.header('Content-Type') ?? '')) {
        throw new AuthError('unsupported_media_type', 'not a form')
      }
      const form = new URLSearchParams(await c.req.text())
      await c.var.auth.verifyEmail(form.get('token') ?? undefined)
      return c.html(renderConfirmed())
    },
  )

pages.onError((error, c) => {
  const [page, status] = renderFailurePage(noteFailure(c, error))
  c.header('Content-Security-Policy', PAGE_POLICY)
  return c.html(page, status)
})
closeRoutes(pages)
