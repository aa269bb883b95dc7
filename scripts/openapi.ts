// Puts the OpenAPI document of all faces together, for the file that the worker serves.
import manifest from '../package.json' with { type: 'json' }
import { adminOperations, adminSchemas } from '../src/faces/admin/openapi.ts'
import { ADMIN_PATH } from '../src/faces/admin/routes.ts'
import { cookieOperations } from '../src/faces/cookie/openapi.ts'
import { COOKIE_PATH } from '../src/faces/cookie/routes.ts'
import { MessageSchema } from '../src/faces/cookie/wire.ts'
import { AdminErrorSchema, ErrorSchema } from '../src/faces/shared/error-wire.ts'
import { stableOperations } from '../src/faces/stable/openapi.ts'
import { STABLE_PATH } from '../src/faces/stable/routes.ts'
import { StableErrorSchema } from '../src/faces/stable/wire.ts'
import { v1Operations } from '../src/faces/v1/openapi.ts'
import { V1_PATH } from '../src/faces/v1/routes.ts'
import { buildOpenApi, OWN_OPERATIONS } from '../src/faces/well-known/openapi.ts'

/** The admin API's own document: no client of the others has a use for it. */
export function adminOpenApiDocument(): Readonly<Record<string, unknown>> {
  return buildOpenApi(manifest.version, [
    {
      tag: 'admin',
      about: 'Every act of an operator, by the admin key or by a user with `systemAdmin`.',
      basePath: ADMIN_PATH,
      operations: adminOperations,
      error: AdminErrorSchema,
      schemas: adminSchemas,
    },
  ])
}

export function openApiDocument(): Readonly<Record<string, unknown>> {
  return buildOpenApi(manifest.version, [
    {
      tag: 'v1',
      about: 'Accounts and sessions, with access and refresh tokens.',
      basePath: V1_PATH,
      operations: v1Operations,
      error: ErrorSchema,
    },
    {
      tag: 'stable',
      about: 'Long-lived tokens, in an envelope of `data` and `status`.',
      basePath: STABLE_PATH,
      operations: stableOperations,
      error: StableErrorSchema,
    },
    {
      tag: 'cookie',
      about: 'Name and PIN, with tokens in cookies, for pages of this origin and of listed ones.',
      basePath: COOKIE_PATH,
      operations: cookieOperations,
      error: MessageSchema,
    },
    OWN_OPERATIONS,
  ])
}
