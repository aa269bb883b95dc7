// Puts the OpenAPI document of all faces together, for the file that the worker serves.
import { v1Operations } from '../src/faces/v1/openapi.ts'
import { V1_PATH } from '../src/faces/v1/routes.ts'
import { ErrorSchema } from '../src/faces/v1/wire.ts'
import { buildOpenApi, OWN_OPERATIONS } from '../src/faces/well-known/openapi.ts'

export function openApiDocument(): Readonly<Record<string, unknown>> {
  return buildOpenApi([{ tag: 'v1', basePath: V1_PATH, operations: v1Operations, error: ErrorSchema }, OWN_OPERATIONS])
}
