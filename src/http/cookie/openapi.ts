// What the `cookie` face says of itself for OpenAPI: one entry a route, over the very schema that checks its body.
import { FACTS } from '../openapi/members.ts'
import { MessageSchema, messageComponents } from '../openapi/message-schema.ts'
import type { Component, Operation } from '../openapi/operation.ts'
import { CookieErrorSchema, PinLoginBody } from './wire.ts'

export const cookieComponents: Readonly<Record<string, Component>> = {
  ...messageComponents,
  PinLoginRequest: {
    schema: PinLoginBody,
    about: 'Who signs in, and the PIN.',
    members: {
      name: { maxLength: 16 * 1024, examples: ['ada'] },
      // Whatever text it is, it is judged: only what is set has to be a PIN.
      pin: { pattern: undefined, maxLength: 16 * 1024 },
    },
  },
  CookieError: {
    schema: CookieErrorSchema,
    about: 'Why a request was refused.',
    members: {
      message: { ...FACTS.SENTENCE, description: 'Why', examples: ['Invalid credentials'] },
      retryAfter: { minimum: 1, examples: [60] },
    },
  },
}

export const cookieOperations: Readonly<Record<string, Operation>> = {
  'POST /login': {
    id: 'pinLogin',
    summary: 'Sign in by name and PIN',
    description:
      'Sets the cookies accessToken and refreshToken. At most 10 guesses of one PIN are judged in an hour, from all addresses ' +
      'together; after 50 failures in a row the PIN is dead until its user signs in by password. 403 for a page of another origin.',
    body: PinLoginBody,
    required: ['name', 'pin'],
    success: [200, MessageSchema],
    refusals: [400, 401, 403, 429, 503],
  },
  'POST /refresh': {
    id: 'cookieRefresh',
    summary: 'Refresh',
    description: 'Goes by the cookie refreshToken; the cookie accessToken is new. 403 for a page of another origin.',
    cookies: ['refreshToken'],
    success: [200, MessageSchema],
    refusals: [401, 403, 503],
  },
  'POST /logout': {
    id: 'cookieLogout',
    summary: 'Sign out',
    description: 'Either cookie will do. Clears both, and ends the session. 403 for a page of another origin.',
    cookies: ['accessToken', 'refreshToken'],
    success: [200, MessageSchema],
    refusals: [401, 403, 503],
  },
}
