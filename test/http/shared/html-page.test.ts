import { expect, it } from 'vitest'
import { PASSWORD, startApp } from '../../support/harness.ts'

/** CSP Level 3 §6.7.3.3: the hash is over the exact text between the tags. */
async function sourceOf(style: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style))
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`
}

it('serves every page but the development mailbox under a policy that allows its one style by hash, and neither script nor anything from elsewhere', async () => {
  const app = await startApp()
  await app.v1('POST', '/register', { body: { email: 'page@example.com', password: PASSWORD } })
  const link = `/verify-email?token=${await app.mailedToken('page@example.com')}`
  for (const path of [link, '/verify-email?token=x']) {
    const reply = await app.request('GET', path)
    const styles = [...reply.text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style = '']) => style)
    expect(styles).toHaveLength(1)
    expect(reply.headers.get('Content-Security-Policy')).toBe(
      `default-src 'none'; style-src ${await sourceOf(styles[0] ?? '')}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    )
    expect(reply.text).not.toMatch(/<script|<img|\sstyle=|\son\w+=|src=/i)
    expect(reply.headers.get('Content-Type')).toBe('text/html; charset=UTF-8')
    expect(reply.headers.get('Cache-Control')).toBe('no-store')
  }
})
