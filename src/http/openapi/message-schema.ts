// What an operation answers that has nothing to tell but that it was done; for OpenAPI only.
import * as v from 'valibot'
import type { Component } from './operation.ts'

export const MessageSchema = v.object({ message: v.string() })

export const messageComponents = {
  Message: { schema: MessageSchema, about: 'What was done, in words for people.' },
} as const satisfies Readonly<Record<string, Component>>
