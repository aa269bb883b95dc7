// The `v1` face: documents 000, 001 and 004. Reads, calls, renders; every decision is the core's.
import { Hono } from 'hono'
import { jsonBody } from '../shared/body.ts'
import { readChallengedClient } from '../shared/challenge.ts'
import { type AppEnv, readBearer, readClient } from '../shared/context.ts'
import { noteFailure } from '../shared/failures.ts'
import { closeRoutes, refuseHead } from '../shared/routes.ts'
import { parseBody } from '../shared/schema.ts'
import {
  EmailBody,
  LoginBody,
  PinBody,
  RefreshBody,
  RegisterBody,
  renderExtension,
  renderFailure,
  renderGrant,
  renderRegistration,
  renderSession,
  renderUser,
} from './wire.ts'

export const V1_PATH = '/api/v1/auth'

export const v1 = new Hono<AppEnv>()
  .post('/register', jsonBody, async (c) => {
    const body = parseBody(RegisterBody, c.var.body)
    const { email, password, username, first_name: firstName, last_name: lastName } = body
    const form = { email, password, username, firstName, lastName }
    const registration = await c.var.auth.register(form, readChallengedClient(c, body))
    const message = 'registration successful, please verify your email before login'
    return c.json({ message, user: renderRegistration(registration) }, 201)
  })
  .post('/resend-verification', jsonBody, async (c) => {
    const { email } = parseBody(EmailBody, c.var.body)
    await c.var.auth.resendVerification(email, readClient(c))
    return c.json({ message: 'verification email has been sent' })
  })
  .get('/verify-email', refuseHead, async (c) => {
    await c.var.auth.verifyEmail(c.req.query('token'))
    return c.json({ message: 'email verified successfully' })
  })
  .post('/login', jsonBody, async (c) => {
    const body = parseBody(LoginBody, c.var.body)
    const { email, username, password } = body
    return c.json(renderGrant(await c.var.auth.signIn({ email, username, password }, readChallengedClient(c, body))))
  })
  .get('/me', async (c) => c.json({ user: renderUser(await c.var.auth.readCurrentUser(readBearer(c))) }))
  .post('/refresh', jsonBody, async (c) => {
    const { refresh_token: refreshToken } = parseBody(RefreshBody, c.var.body)
    if (refreshToken === undefined) return c.json(renderExtension(await c.var.auth.extendSession(readBearer(c))))
    return c.json(renderGrant(await c.var.auth.refreshSession(refreshToken)))
  })
  .post('/logout', jsonBody, async (c) => {
    await c.var.auth.signOut(readBearer(c))
    return c.json({ message: 'Logged out' })
  })
  .post('/revoke-all', jsonBody, async (c) => {
    const revoked = await c.var.auth.revokeAllSessions(readBearer(c))
    return c.json({ message: 'All sessions revoked', revoked })
  })
  .get('/sessions', async (c) => {
    const { sessions, currentId } = await c.var.auth.listSessions(readBearer(c), c.req.query('user_id'))
    return c.json({ sessions: sessions.map((session) => renderSession(session, currentId)) })
  })
  .put('/pin', jsonBody, async (c) => {
    const { pin, current_password: currentPassword } = parseBody(PinBody, c.var.body)
    await c.var.auth.setPin(readBearer(c), { pin, currentPassword }, readClient(c))
    return c.json({ message: 'PIN set' })
  })
  .delete('/sessions/:id', jsonBody, async (c) => {
    await c.var.auth.revokeSession(readBearer(c), c.req.param('id'))
    return c.json({ message: 'Session revoked' })
  })

v1.onError((error, c) => c.json(...renderFailure(noteFailure(c, error), c.var.requestId)))
closeRoutes(v1, { withoutHead: ['/verify-email'] })
