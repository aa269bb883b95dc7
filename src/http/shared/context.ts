// What every face finds on Hono's context, and how the client is told from the request.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Admin } from '../../core/admin/admin.ts'
import type { Auth } from '../../core/core.ts'
import type { Caller, Client } from '../../core/kernel/deps.ts'
import { parseClientAddress } from '../../platform/identifiers/client-address.ts'
import { parseAcceptLanguage } from '../../platform/identifiers/locale.ts'
import { cleanText, USER_AGENT_LIMIT } from '../../platform/identifiers/printable-text.ts'
import type { UserIds } from './user-wire.ts'

/** What a request's JSON body says; `null` where there was none. */
export type JsonObject = Readonly<Record<string, unknown>>

export interface AppEnv {
  Bindings: { readonly ASSETS: Fetcher }
  Variables: {
    requestId: string
    /** Set by `requireService`: absent where the configuration is broken. */
    auth: Auth
    admin: Admin
    userIds: UserIds
    body: JsonObject | null
    /** Set by `readClient`. */
    clientAddress: string
    /** Set by `inFace`. */
    face: Client['face']
    /** What the log line of a failed request adds. */
    failure: { readonly code: string; readonly reason: string }
  }
}

/** For the record of what happened: which face a request has come to. */
export function inFace(face: Client['face']) {
  return createMiddleware<AppEnv>(async function inFace(c, next) {
    c.set('face', face)
    await next()
  })
}

/** The address is Cloudflare's word only: whatever else a client sends about itself is a claim. */
export function readClient(c: Context<AppEnv>): Client {
  const address = parseClientAddress(c.req.header('CF-Connecting-IP') ?? null)
  c.set('clientAddress', address)
  return {
    address,
    userAgent: cleanText(c.req.header('User-Agent') ?? '', USER_AGENT_LIMIT),
    face: c.var.face,
    locale: parseAcceptLanguage(c.req.header('Accept-Language')),
  }
}

const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i

/**
 * The token of `Authorization: Bearer` (RFC 6750 §2.1): `null` where there is no such header, the empty string, which no
 * token is, where it is not of that form (two of them joined by a comma, for one).
 */
export function readBearer(c: Context<AppEnv>): string | null {
  const header = c.req.header('Authorization')
  if (header === undefined || !/^bearer\b/i.test(header)) return null
  return BEARER.exec(header)?.[1] ?? ''
}

export function readCaller(c: Context<AppEnv>): Caller {
  return { token: readBearer(c), client: readClient(c) }
}
