// A wrangler that serves https on this machine makes its certificate itself, anew for each start: there is nothing to know it by. What a
// command of the operator speaks to there is this machine alone, with the key of development.
import { isLoopback } from './usage.ts'

/** For the rest of this process, which asks nobody else. @param url of the service */
export function trustOwnCertificate(url: string): void {
  if (!url.startsWith('https:') || !isLoopback(url)) return
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  process.removeAllListeners('warning')
}
