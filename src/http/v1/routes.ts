// The `v1` face: documents 000, 001 and 004. Reads, calls, renders; every decision is the core's.

import { renderFailure } from '../failures/error-wire.ts'
import { noteFailure } from '../failures/failures.ts'
import { parseBody } from '../openapi/schema.ts'
import { jsonBody } from '../shared/body.ts'
import { readChallengedClient } from '../shared/challenge.ts'
import { inFace, readBearer, readCaller, readClient } from '../shared/context.ts'
import { setRegistrationCookie } from '../shared/registration-cookie.ts'
import { closeRoutes, createRoutes, refuseHead } from '../shared/routes.ts'
import { renderUser } from '../shared/user-wire.ts'
import {
  ChangeEmailBody,
  ChangePasswordBody,
  ForgotPasswordBody,
  PasswordBody,
  PinBody,
  ProfileBody,
  ResetPasswordBody,
  renderReauthentication,
  TokenBody,
} from './account-wire.ts'
import { renderActivity } from './activity-wire.ts'
import {
  EmailBody,
  LoginBody,
  RefreshBody,
  RegisterBody,
  renderExtension,
  renderGrant,
  renderRegistration,
  renderSession,
} from './wire.ts'

export const V1_PATH = '/api/v1/auth'

export const v1 = createRoutes()
  .use(inFace('v1'))
  .post('/register', jsonBody, async (c) => {
    const body = parseBody(RegisterBody, c.var.body)
    const { email, password, username, first_name: firstName, last_name: lastName } = body
    const form = { email, password, username, firstName, lastName }
    const { registration, proof } = await c.var.auth.register(form, readChallengedClient(c, body))
    setRegistrationCookie(c, proof, registration.expiresAt - registration.createdAt)
    const message = 'registration successful, please verify your email before login'
    return c.json({ message, user: renderRegistration(registration, c.var.userIds) }, 201)
  })
  .post('/resend-verification', jsonBody, async (c) => {
    const { email } = parseBody(EmailBody, c.var.body)
    await c.var.auth.resendVerification(email, readClient(c))
    return c.json({ message: 'verification email has been sent' })
  })
  .get('/verify-email', refuseHead, async (c) => {
    await c.var.auth.verifyEmail(c.req.query('token'), readClient(c))
    return c.json({ message: 'email verified successfully' })
  })
  .post('/login', jsonBody, async (c) => {
    const body = parseBody(LoginBody, c.var.body)
    const { email, username, password } = body
    return c.json(renderGrant(await c.var.auth.signIn({ email, username, password }, readChallengedClient(c, body)), c.var.userIds))
  })
  .get('/me', async (c) => c.json({ user: renderUser(await c.var.auth.readCurrentUser(readBearer(c)), c.var.userIds) }))
  .patch('/me', jsonBody, async (c) => {
    const { first_name: firstName, last_name: lastName, username } = parseBody(ProfileBody, c.var.body)
    const user = await c.var.auth.updateProfile(readCaller(c), { firstName, lastName, username })
    return c.json({ user: renderUser(user, c.var.userIds) })
  })
  .delete('/me', jsonBody, async (c) => {
    const { password } = parseBody(PasswordBody, c.var.body)
    await c.var.auth.deleteAccount(readCaller(c), password)
    return c.json({ message: 'Account deleted' })
  })
  .post('/reauthenticate', jsonBody, async (c) => {
    const { password } = parseBody(PasswordBody, c.var.body)
    return c.json(renderReauthentication(await c.var.auth.reauthenticate(readCaller(c), password)))
  })
  .post('/forgot-password', jsonBody, async (c) => {
    const body = parseBody(ForgotPasswordBody, c.var.body)
    await c.var.auth.forgotPassword(body.email, readChallengedClient(c, body))
    return c.json({ message: 'if the address has an account, a mail with a link has been sent' })
  })
  .post('/reset-password', jsonBody, async (c) => {
    await c.var.auth.resetPassword(parseBody(ResetPasswordBody, c.var.body), readClient(c))
    return c.json({ message: 'Password reset' })
  })
  .post('/change-password', jsonBody, async (c) => {
    const body = parseBody(ChangePasswordBody, c.var.body)
    const { current_password: currentPassword, new_password: newPassword, end_other_credentials: endOtherCredentials } = body
    await c.var.auth.changePassword(readCaller(c), { currentPassword, newPassword, endOtherCredentials })
    return c.json({ message: 'Password changed' })
  })
  .post('/change-email', jsonBody, async (c) => {
    await c.var.auth.changeEmail(readCaller(c), parseBody(ChangeEmailBody, c.var.body))
    return c.json({ message: 'a mail with a link has been sent to the new address' })
  })
  .post('/confirm-email-change', jsonBody, async (c) => {
    await c.var.auth.confirmEmailChange(parseBody(TokenBody, c.var.body).token, readClient(c))
    return c.json({ message: 'Email changed' })
  })
  .post('/undo-email-change', jsonBody, async (c) => {
    await c.var.auth.undoEmailChange(parseBody(TokenBody, c.var.body).token, readClient(c))
    return c.json({ message: 'Email restored, please set a new password: look for our mail' })
  })
  .post('/refresh', jsonBody, async (c) => {
    const { refresh_token: refreshToken } = parseBody(RefreshBody, c.var.body)
    if (refreshToken === undefined) return c.json(renderExtension(await c.var.auth.extendSession(readBearer(c))))
    return c.json(renderGrant(await c.var.auth.refreshSession(refreshToken, readClient(c)), c.var.userIds))
  })
  .post('/logout', jsonBody, async (c) => {
    const { refresh_token: refreshToken = null } = parseBody(RefreshBody, c.var.body)
    await c.var.auth.signOut({ accessToken: readBearer(c), refreshToken }, readClient(c))
    return c.json({ message: 'Logged out' })
  })
  .post('/revoke-all', jsonBody, async (c) => {
    const revoked = await c.var.auth.revokeAllSessions(readCaller(c))
    return c.json({ message: 'All sessions revoked', revoked })
  })
  .get('/sessions', async (c) => {
    const { sessions, currentId } = await c.var.auth.listSessions(readBearer(c), c.req.query('user_id'))
    return c.json({ sessions: sessions.map((session) => renderSession(session, currentId)) })
  })
  .get('/activity', async (c) => {
    const { user_id: ofUserId, cursor, limit } = c.req.query()
    return c.json(renderActivity(await c.var.auth.listActivity(readBearer(c), { ofUserId, cursor, limit })))
  })
  .put('/pin', jsonBody, async (c) => {
    const { pin, current_password: currentPassword } = parseBody(PinBody, c.var.body)
    await c.var.auth.setPin(readCaller(c), { pin, currentPassword })
    return c.json({ message: 'PIN set' })
  })
  .delete('/pin', jsonBody, async (c) => {
    await c.var.auth.removePin(readCaller(c))
    return c.json({ message: 'PIN removed' })
  })
  .delete('/sessions/:id', jsonBody, async (c) => {
    await c.var.auth.revokeSession(readCaller(c), c.req.param('id'))
    return c.json({ message: 'Session revoked' })
  })

v1.onError((error, c) => c.json(...renderFailure(noteFailure(c, error), c.var.requestId)))
closeRoutes(v1, { withoutHead: ['/verify-email'] })
