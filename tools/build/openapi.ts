// Puts the OpenAPI document of all faces together, for the file that the worker serves.
import manifest from '../../package.json' with { type: 'json' }
import { adminComponents } from '../../src/http/admin/components.ts'
import { ADMIN_PATH, adminEndpoints } from '../../src/http/admin/routes.ts'
import { cookieComponents } from '../../src/http/cookie/components.ts'
import { cookieEndpoints } from '../../src/http/cookie/endpoints.ts'
import { COOKIE_PATH } from '../../src/http/cookie/routes.ts'
import { operationsOf } from '../../src/http/openapi/endpoint-operations.ts'
import { buildOpenApi } from '../../src/http/service/openapi.ts'
import { OWN_OPERATIONS } from '../../src/http/service/service-openapi.ts'
import { stableComponents } from '../../src/http/stable/components.ts'
import { stableEndpoints } from '../../src/http/stable/endpoints.ts'
import { STABLE_PATH } from '../../src/http/stable/routes.ts'
import { REFUSALS_OF_002 } from '../../src/http/stable/wire.ts'
import { v1Components } from '../../src/http/v1/components.ts'
import { V1_PATH, v1Endpoints } from '../../src/http/v1/routes.ts'

/** The admin API's own document: no client of the others has a use for it. */
export function adminOpenApiDocument(): Readonly<Record<string, unknown>> {
  return buildOpenApi(manifest.version, [
    {
      tag: 'admin',
      about: 'Every act of an operator, by the admin key or by a user with `systemAdmin`.',
      basePath: ADMIN_PATH,
      operations: operationsOf(adminEndpoints),
      components: adminComponents,
      error: 'Error',
    },
  ])
}

export function openApiDocument(): Readonly<Record<string, unknown>> {
  return buildOpenApi(manifest.version, [
    {
      tag: 'v1',
      about: 'Accounts and sessions, with access and refresh tokens.',
      basePath: V1_PATH,
      operations: operationsOf(v1Endpoints),
      components: v1Components,
      error: 'Error',
    },
    {
      tag: 'stable',
      about: 'Long-lived tokens, in an envelope of `data` and `status`.',
      basePath: STABLE_PATH,
      operations: operationsOf(stableEndpoints, REFUSALS_OF_002),
      components: stableComponents,
      error: 'StableError',
    },
    {
      tag: 'cookie',
      about: 'Name and PIN, with tokens in cookies, for pages of this origin and of listed ones.',
      basePath: COOKIE_PATH,
      operations: operationsOf(cookieEndpoints(() => false)),
      components: cookieComponents,
      error: 'CookieError',
    },
    OWN_OPERATIONS,
  ])
}
