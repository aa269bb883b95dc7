// A service on the internet that a test plays: what it answers, and what it was asked, over real HTTP.
import { SCRIPTS_HOST, type ScriptedAnswer, type SeenRequest } from './internet.ts'

export type OutsideService = Awaited<ReturnType<typeof playService>>

/** @param answers in their order; the last is given from then on */
export async function playService(...answers: readonly ScriptedAnswer[]) {
  const host = `${crypto.randomUUID()}.example`
  const script = `https://${SCRIPTS_HOST}/${host}`
  const answerWith = async (...next: readonly ScriptedAnswer[]) => {
    await (await fetch(script, { method: 'PUT', body: JSON.stringify(next) })).text()
  }
  await answerWith(...answers)
  return {
    host,
    url: `https://${host}`,
    answerWith,
    async seen(): Promise<readonly SeenRequest[]> {
      return (await fetch(script)).json()
    },
  }
}
