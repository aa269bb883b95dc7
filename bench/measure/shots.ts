// One request at a time, over connections that stay open. A wrong answer ends the run.
import type { Agent } from 'node:http'
import { type Question, sendRequest } from '../request.ts'

export interface Shot extends Question {
  readonly url: URL
  /** The right answer. Default: 200. */
  readonly status?: number
}

/** @returns the body */
export async function fire(agent: Agent, shot: Shot): Promise<string> {
  const { status, text } = await sendRequest(agent, shot.url, shot)
  if (status !== (shot.status ?? 200)) throw new Error(`Cannot measure ${shot.path}: it answered ${status} ${text.slice(0, 200)}`)
  return text
}

export function get(url: URL | null, path: string, headers: Readonly<Record<string, string>> = {}): Shot {
  if (!url) throw new Error(`Cannot ask for ${path}: the worker is not there`)
  return { url, method: 'GET', path, headers }
}
