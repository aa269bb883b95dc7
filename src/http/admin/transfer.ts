// Users by the file, in and out. A body is of any length, and read as it comes; to a client that takes lines, how far an import is is told on
// the way.
import type { Context } from 'hono'
import { type ImportReport, MAX_LINE_BYTES } from '../../core/admin/transfer/import-users.ts'
import { AuthError } from '../../core/kernel/errors.ts'
import { readByteLines, streamLines } from '../../platform/runtime/byte-lines.ts'
import { renderFailure } from '../failures/error-wire.ts'
import { noteFailure } from '../failures/failures.ts'
import { HttpError } from '../failures/http-error.ts'
import { USER_ID } from '../openapi/members.ts'
import type { AppEnv } from '../shared/context.ts'
import { endpoint } from '../shared/endpoint.ts'
import { readOperator } from './caller.ts'
import { ExportSchema, ImportReportSchema } from './wire.ts'

const LINES_TYPE = 'application/x-ndjson'
const LINES_TYPES = /^application\/(x-)?(ndjson|jsonl|json-?lines)\s*(;|$)/i

export const transfer = [
  endpoint({
    method: 'POST',
    path: '/import',
    id: 'importUsers',
    summary: 'Bring users of another system',
    description:
      'A JSON object a line. All lines are checked before the first user is written; bad ones are answered with 400 and `errors` by line. ' +
      'Users that an earlier import has brought, by `external_id`, else `id`, else the address in the file, are left alone, so that it may be ' +
      'repeated. With `Accept: application/x-ndjson` the answer to a good file is a stream of lines `{"written","of"}`, and last the report, ' +
      'or `{"error"}`.',
    access: 'change',
    bodyType: LINES_TYPE,
    query: { dry_run: { description: '`1` or `true`: checks the lines and writes nobody', enum: ['1', 'true'], examples: ['1'] } },
    successTypes: ['application/json', LINES_TYPE],
    success: [200, ImportReportSchema],
    refusals: ['invalid_request', 'not_json_lines'],
    handle: importUsers,
  }),
  endpoint({
    method: 'GET',
    path: '/export',
    id: 'exportUsers',
    summary: 'All accounts, with their password hashes',
    description:
      'In the order of ids, in the form that an import takes. An answer that breaks off is not whole: go on with `after`.',
    access: 'change',
    query: { after: { ...USER_ID, description: 'The id of the last line of an export that was broken off' } },
    successTypes: [LINES_TYPE],
    success: [200, ExportSchema],
    refusals: ['invalid_request'],
    async handle(c) {
      const pages = await c.var.admin.exportUsers(readOperator(c), c.req.query('after'))
      return c.body(streamLines(pages), 200, { 'Content-Type': LINES_TYPE })
    },
  }),
]

async function importUsers(c: Context<AppEnv>): Promise<Response | ImportReport> {
  const { body } = c.req.raw
  if (body !== null && !LINES_TYPES.test(c.req.header('Content-Type') ?? '')) {
    throw new HttpError('not_json_lines', `not ${LINES_TYPE}`)
  }
  if ((c.req.header('Content-Encoding') ?? 'identity').toLowerCase() !== 'identity') {
    throw new HttpError('not_json_lines', 'encoded body')
  }
  const lines = readByteLines(body ?? new Blob([]).stream(), MAX_LINE_BYTES)
  const isDryRun = readFlag(c.req.query('dry_run') ?? '')
  const run = (onProgress?: (written: number, of: number) => void) =>
    c.var.admin.importUsers(readOperator(c), lines, { isDryRun, ...(onProgress && { onProgress }) })
  const takesLines = c.req.header('Accept')?.toLowerCase().includes(LINES_TYPE) ?? false
  return takesLines ? tellProgress(c, run) : run()
}

/** The status can be told only when every line has been found to be fine: from then on the answer is a stream. */
async function tellProgress(
  c: Context<AppEnv>,
  run: (onProgress: (written: number, of: number) => void) => Promise<ImportReport>,
): Promise<Response> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const encoder = new TextEncoder()
  // A reader who has gone is no reason to stop.
  const tell = (value: unknown) => writer.write(encoder.encode(`${JSON.stringify(value)}\n`)).catch(() => {})
  const checked = Promise.withResolvers<void>()
  const done = run((written, of) => {
    checked.resolve()
    void tell({ written, of })
  })
  done.catch(checked.reject)
  await checked.promise
  const finish = async () => {
    try {
      await tell(await done)
    } catch (error) {
      const [refusal] = renderFailure(noteFailure(c, error), c.var.requestId)
      await tell({ error: refusal })
    }
    await writer.close().catch(() => {})
  }
  c.executionCtx.waitUntil(finish())
  return c.body(readable, 200, { 'Content-Type': LINES_TYPE })
}

/** A word that is neither might mean either. @throws AuthError `invalid_request` */
function readFlag(text: string): boolean {
  if (['1', 'true'].includes(text)) return true
  if (['', '0', 'false'].includes(text)) return false
  throw new AuthError('invalid_request', 'dry_run', { fields: [{ field: 'dry_run', message: 'must be 1 or 0' }] })
}
