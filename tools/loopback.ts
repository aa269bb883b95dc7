// This machine, as the tools reach it.

/** Whether nobody else's machine answers there. @param url any, as far as its host */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

let trusting = 0
let before: string | undefined

/**
 * `fetch` that takes the certificate which a wrangler on this machine has made for itself, anew for each start: there is nothing to know it
 * by. What is trusted ends with the handshake: nothing else in this process, and nothing that it starts, goes without certificates.
 */
export async function fetchHere(url: string | URL, init?: RequestInit): Promise<Response> {
  if (new URL(url).protocol !== 'https:' || !isLoopback(String(url))) return fetch(url, init)
  if (trusting === 0) before = process.env.NODE_TLS_REJECT_UNAUTHORIZED
  trusting += 1
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  process.removeAllListeners('warning')
  try {
    return await fetch(url, init)
  } finally {
    trusting -= 1
    if (trusting === 0) {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before
    }
  }
}
