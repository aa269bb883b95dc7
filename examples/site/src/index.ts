// A site that renders its pages on the server: its visitors sign in here, and to Postern each of them is a client of its own, because
// the site hands on what it knows of them.
import { type Context, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { csrf } from 'hono/csrf'
import { html } from 'hono/html'
import { decode } from 'hono/jwt'

interface Bindings {
  readonly POSTERN: Fetcher
  readonly POSTERN_URL: string
  readonly POSTERN_HTTP?: Fetcher
}

type Site = { Bindings: Bindings }

interface Grant {
  readonly access_token: string
  readonly expires_in: number
  readonly refresh_token: string
}

/** Lasts some minutes: sent with each question. */
const ACCESS = 'access'
/** Lasts for weeks: the way to the next access token, and to nothing else. */
const REFRESH = 'refresh'
/** Without the first, all visitors would share one budget of attempts. */
const HANDED_ON = ['CF-Connecting-IP', 'User-Agent', 'Accept-Language']

function askPostern(c: Context<Site>, method: string, path: string, { token = '', body = {} } = {}): Promise<Response> {
  const headers = new Headers()
  for (const name of HANDED_ON) {
    const value = c.req.header(name)
    if (value !== undefined) headers.set(name, value)
  }
  if (token !== '') headers.set('Authorization', `Bearer ${token}`)
  if (method === 'GET') return c.env.POSTERN.fetch(`${c.env.POSTERN_URL}/api/v1/auth${path}`, { method, headers })
  headers.set('Content-Type', 'application/json')
  return c.env.POSTERN.fetch(`${c.env.POSTERN_URL}/api/v1/auth${path}`, { method, headers, body: JSON.stringify(body) })
}

/**
 * Asks for whoever is signed in, with a new access token where theirs has expired.
 * @returns `null` where nobody is; else what Postern says, which may be an outage
 */
async function askForVisitor(c: Context<Site>, path: string): Promise<Response | null> {
  const token = getCookie(c, ACCESS)
  const reply = token === undefined ? null : await askPostern(c, 'GET', path, { token })
  if (reply !== null && reply.status !== 401) return reply
  const refreshToken = getCookie(c, REFRESH)
  if (refreshToken === undefined) return forget(c)
  // Two tabs may ask at once: for a minute the same refresh token gets the same successor again.
  const renewed = await askPostern(c, 'POST', '/refresh', { body: { refresh_token: refreshToken } })
  if (renewed.status === 401) return forget(c)
  // An outage is no sign-out: the cookies stay.
  if (!renewed.ok) return renewed
  const grant = (await renewed.json()) as Grant
  keep(c, grant)
  return askPostern(c, 'GET', path, { token: grant.access_token })
}

function keep(c: Context<Site>, { access_token: accessToken, expires_in: maxAge, refresh_token: refreshToken }: Grant): void {
  const options = { httpOnly: true, sameSite: 'Lax', path: '/', secure: new URL(c.req.url).protocol === 'https:' } as const
  setCookie(c, ACCESS, accessToken, { ...options, maxAge })
  const { exp = 0 } = decode(refreshToken).payload
  setCookie(c, REFRESH, refreshToken, { ...options, expires: new Date(exp * 1000) })
}

function forget(c: Context<Site>): null {
  for (const name of [ACCESS, REFRESH]) if (getCookie(c, name) !== undefined) deleteCookie(c, name)
  return null
}

const app = new Hono<Site>()

app.get('/', async (c) => {
  const reply = await askForVisitor(c, '/me')
  if (reply === null) return c.html(signInPage())
  if (!reply.ok) return c.html(page(html`<p>Please try again in a moment.</p>`), 503)
  const { user } = (await reply.json()) as { user: { email: string } }
  return c.html(page(html`<p>Hello, ${user.email}.</p><form method="post" action="/sign-out"><button>Sign out</button></form>`))
})

app.post('/sign-in', csrf(), async (c) => {
  const { email, password } = await c.req.parseBody()
  const reply = await askPostern(c, 'POST', '/login', { body: { email, password } })
  if (!reply.ok) {
    const wait = reply.headers.get('Retry-After')
    if (wait !== null) c.header('Retry-After', wait)
    const words =
      reply.status === 429 ? 'Too many attempts: please wait.' : reply.status < 500 ? 'That did not work.' : 'Try again soon.'
    return c.html(signInPage(words), reply.status === 429 ? 429 : reply.status < 500 ? 401 : 503)
  }
  keep(c, (await reply.json()) as Grant)
  return c.redirect('/', 303)
})

app.post('/sign-out', csrf(), async (c) => {
  const refreshToken = getCookie(c, REFRESH)
  if (refreshToken !== undefined) {
    const reply = await askPostern(c, 'POST', '/logout', { body: { refresh_token: refreshToken } })
    // The session goes on: to forget its token now would be to say something else.
    if (reply.status >= 500) return c.html(page(html`<p>You are still signed in. Please try again in a moment.</p>`), 503)
  }
  forget(c)
  return c.redirect('/', 303)
})

// Local only, see wrangler.toml: what is not ours is Postern's, which has rules of its own against forms of other origins.
app.all('*', async (c) => c.env.POSTERN_HTTP?.fetch(c.req.raw) ?? c.html(page(html`<p>There is no such page.</p>`), 404))

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
