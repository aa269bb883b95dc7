// The answer to a Turnstile challenge as a body carries it, on routes that may ask for one.
import type { Context } from 'hono'
import type { Client } from '../../core/kernel/deps.ts'
import { optionalText } from '../openapi/schema.ts'
import { type AppEnv, readClient } from './context.ts'

const WIDGET_MEMBER = 'cf-turnstile-response'

/** For the schema of the body. */
export const challengeMembers = {
  turnstile_token: optionalText('What the Turnstile widget gave, where the service asks for it; counts once'),
  [WIDGET_MEMBER]: optionalText('The same, as the widget itself names it in a form'),
}

interface ChallengedBody {
  readonly turnstile_token?: string | undefined
  readonly [WIDGET_MEMBER]?: string | undefined
}

export function readChallengedClient(c: Context<AppEnv>, body: ChallengedBody): Client {
  const challengeToken = body.turnstile_token || body[WIDGET_MEMBER]
  return { ...readClient(c), ...(challengeToken && { challengeToken }) }
}
