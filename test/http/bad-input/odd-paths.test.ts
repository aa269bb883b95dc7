// Every method on the path of every operation, and on paths that look like one: none breaks anything.
import { expect, it } from 'vitest'
import { openApiDocument } from '../../../tools/build/openapi.ts'
import { startApp } from '../../support/harness.ts'
import { expectCommonHeaders } from '../../support/http/v1-shapes.ts'

const SUFFIXES = [
  '',
  '/',
  '//',
  '/%00',
  '/%ff',
  '/..',
  '/%2e%2e',
  '/x',
  '/;',
  '/%F0%9F%94%91',
  '?',
  '?token',
  '?user_id=%00&user_id=',
]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

it('answers every method on every operation’s path, and on odd paths beside them, without a 5xx', async () => {
  const app = await startApp()
  for (const route of Object.keys(openApiDocument().paths as object)) {
    for (const suffix of SUFFIXES) {
      for (const method of METHODS) {
        const reply = await app.request(method, route + suffix)
        expect(reply.status, `${method} ${route}${suffix}`).toBeLessThan(500)
        expectCommonHeaders(reply)
      }
    }
  }
}, 60_000)
