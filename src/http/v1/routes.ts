// The `v1` API: documents 000, 001 and 004, by capability. Reads, calls, renders; every decision is the core's.
import { renderFailure } from '../failures/error-wire.ts'
import { noteFailure } from '../failures/failures.ts'
import { inFace } from '../shared/context.ts'
import { type Endpoint, mount } from '../shared/endpoint.ts'
import { createRoutes } from '../shared/routes.ts'
import { activity } from './activity.ts'
import { emailAddress } from './email-address.ts'
import { passwords } from './passwords.ts'
import { pin } from './pin.ts'
import { profile } from './profile.ts'
import { registration } from './registration.ts'
import { sessions } from './sessions.ts'
import { signIn } from './sign-in.ts'

export const V1_PATH = '/api/v1/auth'

export const v1Endpoints: readonly Endpoint[] = [
  ...[...registration, ...signIn, ...profile, ...passwords],
  ...[...emailAddress, ...pin, ...sessions, ...activity],
]

export const v1 = createRoutes().use(inFace('v1'))

mount(v1, v1Endpoints)
v1.onError((error, c) => c.json(...renderFailure(noteFailure(c, error), c.var.requestId)))
