// A question to a service on the internet that is not ours: no redirect is followed, and no more is read than is asked for.

export interface OutsideAnswer {
  readonly status: number
  readonly text: string
}

/**
 * @param maxBytes of the answer, decompressed; one that is longer is given up in the middle
 * @throws Error when there is no such answer, in words that say nothing of what was asked
 */
export async function askOutside(url: string, init: RequestInit, maxBytes: number): Promise<OutsideAnswer> {
  // A redirect would carry what is asked, a secret perhaps, to wherever somebody else says.
  const response = await fetch(url, { ...init, redirect: 'manual' })
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  // Leaving the loop early cancels the stream.
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) throw new Error(`answer over ${maxBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return { status: response.status, text: text + decoder.decode() }
}
