// Reads a request's body once, for every route alike: size, media type, UTF-8, JSON object, in this order, so that nothing
// is parsed that is too large or not JSON.

import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { every } from 'hono/combine'
import { createMiddleware } from 'hono/factory'
import { HttpError } from '../failures/http-error.ts'
import type { AppEnv, JsonObject } from './context.ts'

/** Enough even for a form, in which a character of a password may take dozens. */
const MAX_BYTES = 16 * 1024
/**
 * RFC 8259 §8.1, §11: the charset parameter has no meaning but is often sent. No two `\s*` may meet: a run of spaces could be
 * divided among them in as many ways as it is long, and each would be tried.
 */
const JSON_MEDIA_TYPE = /^application\/json\s*(;\s*(charset\s*=\s*("utf-8"|utf-8)\s*(;\s*)?)?)?$/i

/** In front of whatever calls `readBytes`: no more of a body is taken than one may have. */
export const limitBody = bodyLimit({
  maxSize: MAX_BYTES,
  onError: () => {
    throw tooLarge()
  },
})

const parseJsonBody = createMiddleware<AppEnv>(async (c, next) => {
  c.set('body', parse(await readBytes(c), c.req.header('Content-Type'), c.req.header('Content-Encoding')))
  await next()
})

/** For routes with a method that may have a body: puts its JSON object on the context, `null` where there is none. */
export const jsonBody = every(limitBody, parseJsonBody)

/** @throws HttpError `body_too_large` */
export async function readBytes(c: Context<AppEnv>): Promise<ArrayBuffer> {
  const bytes = await c.req.arrayBuffer()
  // bodyLimit believes Content-Length, which a caller over a service binding may have made up.
  if (bytes.byteLength > MAX_BYTES) throw tooLarge()
  return bytes
}

function tooLarge(): HttpError {
  return new HttpError('body_too_large', `over ${MAX_BYTES} bytes`)
}

function parse(bytes: ArrayBuffer, mediaType: string | undefined, encoding: string | undefined): JsonObject | null {
  if (bytes.byteLength === 0) return null
  if (!JSON_MEDIA_TYPE.test(mediaType ?? '')) throw new HttpError('unsupported_media_type', 'not application/json in utf-8')
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') throw new HttpError('unsupported_media_type', 'encoded body')
  const value = decode(bytes)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HttpError('malformed_body', 'not a JSON object')
  return { ...value }
}

function decode(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
  } catch {
    throw new HttpError('malformed_body', 'not JSON in UTF-8')
  }
}
