// The shapes of the `cookie` API by name, for OpenAPI.
import { FACTS } from '../openapi/members.ts'
import { messageComponents } from '../openapi/message-schema.ts'
import type { Component } from '../openapi/operation.ts'
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
