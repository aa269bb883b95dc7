// The PIN, which signs in to the cookie API.
import * as v from 'valibot'
import { MessageSchema } from '../openapi/message-schema.ts'
import { optionalText } from '../openapi/schema.ts'
import { readCaller } from '../shared/context.ts'
import { endpoint } from '../shared/endpoint.ts'
import { currentPassword } from './members.ts'

export const PinBody = v.object({ pin: optionalText('4 to 12 digits'), current_password: currentPassword() })

export const pin = [
  endpoint({
    method: 'PUT',
    path: '/pin',
    id: 'setPin',
    summary: 'Set the PIN for signing in at the cookie face',
    description: 'Refused in a session that itself began with a PIN.',
    access: 'recent',
    body: PinBody,
    required: ['pin', 'current_password'],
    success: [200, MessageSchema],
    refusals: ['invalid_credentials', 'rate_limited'],
    async handle(c, { pin: wanted, current_password: given }) {
      await c.var.auth.setPin(readCaller(c), { pin: wanted, currentPassword: given })
      return { message: 'PIN set' }
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/pin',
    id: 'removePin',
    summary: 'Remove the PIN',
    description: 'Done, too, where there is none.',
    access: 'recent',
    success: [200, MessageSchema],
    refusals: [],
    async handle(c) {
      await c.var.auth.removePin(readCaller(c))
      return { message: 'PIN removed' }
    },
  }),
]
