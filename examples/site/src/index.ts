// A site that renders its pages on the server: its visitors sign in here, and to Postern each of them is a client of its own, because
// the site hands on what it knows of them.
import { type Context, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { csrf } from 'hono/csrf'
import { html } from 'hono/html'

type Site = { Bindings: { readonly POSTERN: Fetcher; readonly POSTERN_URL: string } }

interface Grant {
  readonly access_token: string
  readonly expires_in: number
}

const COOKIE = 'access'
/** Without the first, all visitors would share one budget of attempts. */
const HANDED_ON = ['CF-Connecting-IP', 'User-Agent', 'Accept-Language']

function askPostern(c: Context<Site>, method: string, path: string, body?: unknown): Promise<Response> {
  const headers = new Headers()
  for (const name of HANDED_ON) {
    const value = c.req.header(name)
    if (value !== undefined) headers.set(name, value)
  }
  const token = getCookie(c, COOKIE)
  if (token !== undefined) headers.set('Authorization', `Bearer ${token}`)
  if (body === undefined) return c.env.POSTERN.fetch(`${c.env.POSTERN_URL}/api/v1/auth${path}`, { method, headers })
  headers.set('Content-Type', 'application/json')
  return c.env.POSTERN.fetch(`${c.env.POSTERN_URL}/api/v1/auth${path}`, { method, headers, body: JSON.stringify(body) })
}

const app = new Hono<Site>()
app.use(csrf())

app.get('/', async (c) => {
  if (getCookie(c, COOKIE) === undefined) return c.html(signInPage())
  const reply = await askPostern(c, 'GET', '/me')
  if (reply.ok) {
    const { user } = (await reply.json()) as { user: { email: string } }
    return c.html(page(html`<p>Hello, ${user.email}.</p><form method="post" action="/sign-out"><button>Sign out</button></form>`))
  }
  // An outage is no sign-out: the cookie stays.
  if (reply.status !== 401) return c.html(page(html`<p>Please try again in a moment.</p>`), 503)
  deleteCookie(c, COOKIE)
  return c.html(signInPage())
})

app.post('/sign-in', async (c) => {
  const { email, password } = await c.req.parseBody()
  const reply = await askPostern(c, 'POST', '/login', { email, password })
  if (!reply.ok) {
    const wait = reply.headers.get('Retry-After')
    if (wait !== null) c.header('Retry-After', wait)
    const words =
      reply.status === 429 ? 'Too many attempts: please wait.' : reply.status < 500 ? 'That did not work.' : 'Try again soon.'
    return c.html(signInPage(words), reply.status === 429 ? 429 : reply.status < 500 ? 401 : 503)
  }
  const { access_token: token, expires_in: maxAge } = (await reply.json()) as Grant
  const isSecure = new URL(c.req.url).protocol === 'https:'
  setCookie(c, COOKIE, token, { httpOnly: true, sameSite: 'Lax', path: '/', secure: isSecure, maxAge })
  return c.redirect('/', 303)
})

app.post('/sign-out', async (c) => {
  await askPostern(c, 'POST', '/logout')
  deleteCookie(c, COOKIE)
  return c.redirect('/', 303)
})

function signInPage(message = '') {
  return page(html`<form method="post" action="/sign-in">
      <p role="alert">${message}</p>
      <p><label>E-mail <input type="email" name="email" autocomplete="username" required /></label></p>
      <p><label>Password <input type="password" name="password" autocomplete="current-password" required /></label></p>
      <button>Sign in</button>
    </form>`)
}

function page(body: ReturnType<typeof html>) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>A site</title>
      </head>
      <body>
        <h1>A site</h1>
        ${body}
      </body>
    </html>`
}

export default app
