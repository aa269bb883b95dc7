// Streams of bytes as lines, and lines as streams, a piece at a time: never more in memory than one chunk or page, and one line.

const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/**
 * Each line without its end. What is longer than `maxBytes` is `null`, and is not kept.
 * @throws whatever the stream fails with
 */
export async function* readByteLines(stream: ReadableStream<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array | null> {
  let parts: Uint8Array[] = []
  let length = 0
  const keep = (part: Uint8Array) => {
    length += part.length
    if (length > maxBytes) parts = []
    else if (part.length > 0) parts.push(part)
  }
  const take = (): Uint8Array | null => {
    const line = length > maxBytes ? null : join(parts, length)
    parts = []
    length = 0
    return line
  }
  for await (const chunk of stream) {
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      keep(chunk.subarray(start, end))
      start = end + 1
      yield take()
    }
    // A chunk's memory is the stream's own, and may be used again.
    keep(chunk.slice(start))
  }
  if (length > 0) yield take()
}

/** The lines with their ends, a page when one is wanted. What `pages` fails with breaks the stream off. */
export function streamLines(pages: AsyncGenerator<readonly string[], void, void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pages.next()
      if (done) return controller.close()
      controller.enqueue(encoder.encode(value.map((line) => `${line}\n`).join('')))
    },
    async cancel() {
      await pages.return()
    },
  })
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const line = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    line.set(part, at)
    at += part.length
  }
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line
}
