// `npm run mail`, all but the process.
import { describe, expect, it } from 'vitest'
import { parseMailCommand } from '../../../cli/mail/command.ts'
import { performMailCommand } from '../../../cli/mail/perform.ts'
import { MailNotTaken } from '../../../src/platform/mail/mail.ts'
import { BINDINGS, PASSWORD, startApp, type TestApp } from '../../support/harness.ts'
import { clientOf, readPlainly } from '../../support/operator-command.ts'

async function run(app: TestApp, ...args: readonly string[]): Promise<string[]> {
  const out: string[] = []
  const { command, isJson } = parseMailCommand(args, readPlainly)
  await performMailCommand(command, { admin: clientOf(app), isJson, show: async (text) => void out.push(...text.split('\n')) })
  return out
}

describe('npm run mail', () => {
  it('lists what became of mail, and has what was given up tried again', async () => {
    let isDown = true
    const send = async () => (isDown ? Promise.reject(new MailNotTaken('mailbox_unknown', { isPermanent: true })) : undefined)
    const app = await startApp({ mail: { keepsMail: false, send } as never })
    expect(await run(app, 'list')).toEqual(['No mail'])
    expect(await run(app, 'dead')).toEqual(['No dead letters'])
    for (const name of ['a', 'b']) await app.v1('POST', '/register', { body: { email: `${name}@example.com`, password: PASSWORD } })
    await app.settle()
    const dead = await run(app, 'dead')
    expect(dead[0]).toMatch(/^ID +STATE +TO +PURPOSE +QUEUED +ATTEMPTS +REASON +RETRY$/)
    expect(dead[1]).toMatch(/ dead +b@example\.com +registration +\S+ +1 +mailbox_unknown +can be$/)
    const [mail] = (await run(app, 'dead', '--json')).map((line) => JSON.parse(line))
    isDown = false
    expect(await run(app, 'retry', mail.id)).toEqual([`${mail.id} to b@example.com is tried again`])
    await app.settle()
    await expect(run(app, 'retry', mail.id)).rejects.toThrow(
      `Cannot retry ${mail.id}: no dead letter that can be sent, or its link has ended`,
    )
    expect((await run(app, 'retry', '--all', '--json')).map((line) => JSON.parse(line).to)).toEqual(['a@example.com'])
    await app.settle()
    expect(await run(app, 'retry', '--all')).toEqual(['No dead letter that could be tried again'])
    expect((await run(app, 'list', '--json')).map((line) => JSON.parse(line).state)).toEqual(['sent', 'sent'])
  })
  it('has all that was given up tried again, however much there is', async () => {
    const app = await startApp()
    await BINDINGS.DB.exec(
      `WITH RECURSIVE numbers (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM numbers WHERE value < 450)
       INSERT INTO outbox (id, recipient, purpose, requester_ip, sealed_mail, attempts, next_attempt_at, created_at, dead_at, reason)
       SELECT printf('%08x-0000-4000-8000-%012x', value, value), 'u' || value || '@example.com', 'registration', 'unknown', iif(value % 2, 'sealed', NULL), 1, 9999999999, ${app.clock.now - 1000} + value / 3, ${app.clock.now}, 'smtp_550'
       FROM numbers`.replaceAll('\n', ' '),
    )
    expect(await run(app, 'retry', '--all')).toHaveLength(225)
    const left = await BINDINGS.DB.prepare("SELECT count(*) AS left FROM outbox WHERE reason = 'smtp_550'").first('left')
    expect(left).toBe(225)
  })
})
