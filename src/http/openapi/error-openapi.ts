// The shapes of refusals where no document says otherwise, for OpenAPI.
import { ErrorCodeSchema, ErrorSchema, FieldProblemSchema } from '../failures/error-wire.ts'
import { FACTS } from './members.ts'
import type { Component } from './operation.ts'

export const CODE_FACTS = { description: 'Why a request was refused: a closed list.', examples: ['invalid_credentials'] } as const

export const errorComponents = {
  Error: {
    schema: ErrorSchema,
    about: 'Why a request was refused.',
    members: { message: { ...FACTS.SENTENCE, description: 'In words, for people', examples: ['Invalid credentials'] } },
  },
  ErrorCode: { schema: ErrorCodeSchema, about: CODE_FACTS.description, facts: CODE_FACTS },
  FieldProblem: {
    schema: FieldProblemSchema,
    about: 'What is wrong with one member of a request; its value is never repeated.',
    members: { message: { ...FACTS.SENTENCE, description: 'The rule it breaks', examples: ['must be a string'] } },
  },
} as const satisfies Readonly<Record<string, Component>>
