// A worker that does one thing the service is made of, to set its figures against.
import { DurableObject } from 'cloudflare:workers'
import { Hono } from 'hono'

interface FloorBindings {
  readonly DB: D1Database
  readonly KV: KVNamespace
  readonly COUNTER: DurableObjectNamespace<Counter>
}

export class Counter extends DurableObject {
  find() {
    return { at: 1 }
  }

  write() {
    this.ctx.storage.kv.put('at', Date.now())
    return { at: 1 }
  }
}

export default new Hono<{ Bindings: FloorBindings }>()
  .get('/', (c) => c.text('ok'))
  .get('/d1', async (c) => c.json(await c.env.DB.prepare('SELECT * FROM floor WHERE id = ?').bind('a').first()))
  .get('/insert', async (c) => c.json(await c.env.DB.prepare('INSERT INTO floor_record (text) VALUES (?)').bind('a').run()))
  .get('/kv', async (c) => c.json(await c.env.KV.get('floor', 'json')))
  .get('/put', async (c) => {
    await c.env.KV.put('put', '{"revoked":false}', { expirationTtl: 3600 })
    return c.text('ok')
  })
  .get('/object', async (c) => c.json(await c.env.COUNTER.getByName('a').find()))
  .get('/write', async (c) => c.json(await c.env.COUNTER.getByName('b').write()))
