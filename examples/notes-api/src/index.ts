// Notes of whoever is signed in at Postern: read at `edge`, which is near by and may be a minute behind, written at `strict`,
// which knows of every sign-out at once.
import { Hono } from 'hono'
import { requireAuth, type TokenVerifierBinding } from 'postern/client'

interface Bindings {
  readonly NOTES: KVNamespace
  readonly POSTERN: TokenVerifierBinding
  readonly POSTERN_HTTP?: Fetcher
}

const MAX_NOTE_LENGTH = 1000

const app = new Hono<{ Bindings: Bindings }>()

app.get('/notes', requireAuth({ freshness: 'edge' }), async (c) => {
  const { keys } = await c.env.NOTES.list({ prefix: `${c.var.principal.userId}/`, limit: 100 })
  const notes = await Promise.all(keys.map(async ({ name }) => ({ id: name.split('/')[1], text: await c.env.NOTES.get(name) })))
  return c.json({ notes })
})

app.post('/notes', requireAuth({ freshness: 'strict' }), async (c) => {
  const body: unknown = await c.req.json().catch(() => null)
  const text = typeof body === 'object' && body !== null && 'text' in body ? body.text : null
  if (typeof text !== 'string' || text === '' || text.length > MAX_NOTE_LENGTH) {
    return c.json({ message: `text must have 1 to ${MAX_NOTE_LENGTH} characters`, code: 'invalid_request' }, 400)
  }
  const id = crypto.randomUUID()
  await c.env.NOTES.put(`${c.var.principal.userId}/${id}`, text)
  return c.json({ id, text }, 201)
})

app.get('/whoami', requireAuth({ freshness: 'token' }), (c) => c.json(c.var.principal))

app.get('/admin/count', requireAuth({ freshness: 'strict', permission: 'systemAdmin' }), async (c) => {
  const { keys, list_complete: isAll } = await c.env.NOTES.list()
  return c.json({ notes: keys.length, isAll })
})

// Local only, see wrangler.toml: what is not ours is Postern's.
app.all('*', async (c) => c.env.POSTERN_HTTP?.fetch(c.req.raw) ?? c.json({ message: 'Not found', code: 'not_found' }, 404))

export default app
