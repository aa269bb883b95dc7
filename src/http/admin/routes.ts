// The admin API: every act of an operator. Reads, calls, renders; who may do what is the core's.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import {
  viewAccount,
  viewEvents,
  viewMail,
  viewPendingRegistrations,
  viewSession,
  viewStats,
  viewStory,
  viewUsers,
} from '../../core/admin/views.ts'
import { streamLines } from '../../platform/runtime/byte-lines.ts'
import { renderFailure } from '../failures/error-wire.ts'
import { noteFailure } from '../failures/failures.ts'
import { parseBody } from '../openapi/schema.ts'
import { jsonBody } from '../shared/body.ts'
import { type AppEnv, inFace, readClient } from '../shared/context.ts'
import { closeRoutes, createRoutes } from '../shared/routes.ts'
import { importUsers, LINES_TYPE } from './import-route.ts'
import { proofOf } from './proof.ts'
import { CreateBody, EditBody, PermissionsBody, SetPasswordBody, SetPinBody } from './wire.ts'

export const ADMIN_PATH = '/api/admin/v1'

/** What is said of people must not stay in any cache on the way. */
const uncached = createMiddleware<AppEnv>(async (c, next) => {
  await next()
  c.header('Cache-Control', 'no-store')
})

export const admin = createRoutes()
  .use(inFace('admin'), uncached)
  .get('/users', async (c) => {
    const { search, username, number, state, limit, after } = c.req.query()
    const query = { search, username, number, state, limit, after }
    return c.json(viewUsers(await c.var.admin.listUsers(proofOf(c), query, readClient(c))))
  })
  .post('/users', jsonBody, async (c) => {
    const body = parseBody(CreateBody, c.var.body)
    const { first_name: firstName, last_name: lastName, ...form } = body
    const user = await c.var.admin.createUser(proofOf(c), { ...form, firstName, lastName }, readClient(c))
    return c.json({ user: viewAccount(user) }, 201)
  })
  .get('/users/:id', async (c) => c.json(viewStory(await c.var.admin.showUser(proofOf(c), c.req.param('id'), readClient(c)))))
  .patch('/users/:id', jsonBody, async (c) => {
    const { first_name: firstName, last_name: lastName, ...rest } = parseBody(EditBody, c.var.body)
    const edit = { id: c.req.param('id'), ...rest, firstName, lastName }
    return c.json({ user: viewAccount(await c.var.admin.editUser(proofOf(c), edit, readClient(c))) })
  })
  .delete('/users/:id', jsonBody, async (c) => {
    await c.var.admin.removeUser(proofOf(c), c.req.param('id'), readClient(c))
    return c.json({ message: 'Account deleted' })
  })
  .post('/users/:id/disable', jsonBody, async (c) => {
    await c.var.admin.disableUser(proofOf(c), c.req.param('id'), readClient(c))
    return c.json({ message: 'Account disabled, all sessions ended' })
  })
  .post('/users/:id/enable', jsonBody, async (c) => {
    await c.var.admin.enableUser(proofOf(c), c.req.param('id'), readClient(c))
    return c.json({ message: 'Account enabled' })
  })
  .post('/users/:id/unlock', jsonBody, async (c) => {
    await c.var.admin.unlockUser(proofOf(c), c.req.param('id'), readClient(c))
    return c.json({ message: 'Account unlocked' })
  })
  .post('/users/:id/sign-out', jsonBody, async (c) => {
    await c.var.admin.signOutUser(proofOf(c), c.req.param('id'), readClient(c))
    return c.json({ message: 'All sessions ended' })
  })
  .post('/users/:id/set-password', jsonBody, async (c) => {
    const { password } = parseBody(SetPasswordBody, c.var.body)
    await c.var.admin.setUserPassword(proofOf(c), { id: c.req.param('id'), password }, readClient(c))
    return c.json({ message: 'Password set, all sessions and other credentials ended' })
  })
  .post('/users/:id/set-pin', jsonBody, async (c) => {
    const { pin } = parseBody(SetPinBody, c.var.body)
    await c.var.admin.setUserPin(proofOf(c), { id: c.req.param('id'), pin }, readClient(c))
    return c.json({ message: 'PIN set' })
  })
  .post('/users/:id/send-reset', jsonBody, async (c) => {
    await c.var.admin.sendUserReset(proofOf(c), c.req.param('id'), readClient(c))
    return c.json({ message: 'A link for a new password is on its way' })
  })
  .post('/users/:id/verify', jsonBody, async (c) => {
    await c.var.admin.verifyUser(proofOf(c), c.req.param('id'), readClient(c))
    return c.json({ message: 'Address verified' })
  })
  .post('/users/:id/grant', jsonBody, (c) => editPermissions(c, 'grant'))
  .post('/users/:id/revoke', jsonBody, (c) => editPermissions(c, 'revoke'))
  .get('/users/:id/sessions', async (c) => {
    const sessions = await c.var.admin.listUserSessions(proofOf(c), c.req.param('id'), readClient(c))
    return c.json({ sessions: sessions.map(viewSession) })
  })
  .delete('/users/:id/sessions/:sid', jsonBody, async (c) => {
    const { id, sid: sessionId } = c.req.param()
    await c.var.admin.endUserSession(proofOf(c), { id, sessionId }, readClient(c))
    return c.json({ message: 'Session ended' })
  })
  .get('/registrations', async (c) => {
    const { search, limit } = c.req.query()
    return c.json(viewPendingRegistrations(await c.var.admin.listRegistrations(proofOf(c), { search, limit }, readClient(c))))
  })
  .get('/events', async (c) => {
    const { user, what, outcome, since, until, after, before, limit } = c.req.query()
    const query = { user, what, outcome, since, until, after, before, limit }
    return c.json(viewEvents(await c.var.admin.listEvents(proofOf(c), query, readClient(c))))
  })
  .get('/mails', async (c) => {
    const { state, before, limit } = c.req.query()
    const mails = await c.var.admin.listMails(proofOf(c), { state, before, limit }, readClient(c))
    return c.json({ mails: mails.map(viewMail) })
  })
  .post('/mails/:id/retry', jsonBody, async (c) => {
    const to = await c.var.admin.retryMail(proofOf(c), c.req.param('id'), readClient(c))
    return c.json({ message: 'The mail is tried again', to })
  })
  .post('/import', importUsers)
  .get('/export', async (c) => {
    const pages = await c.var.admin.exportUsers(proofOf(c), c.req.query('after'), readClient(c))
    return c.body(streamLines(pages), 200, { 'Content-Type': LINES_TYPE })
  })
  .get('/stats', async (c) => c.json(viewStats(await c.var.admin.readStats(proofOf(c), c.req.query('days'), readClient(c)))))

async function editPermissions(c: Context<AppEnv, '/users/:id/grant'>, change: 'grant' | 'revoke') {
  const { permissions } = parseBody(PermissionsBody, c.var.body)
  const edit = { id: c.req.param('id'), change, permissions }
  return c.json({ permissions: await c.var.admin.editPermissions(proofOf(c), edit, readClient(c)) })
}

admin.onError((error, c) => c.json(...renderFailure(noteFailure(c, error), c.var.requestId)))
closeRoutes(admin)
