// How much memory the service's isolate uses: its JavaScript heap, and what lies beside it, such as the room for hashes. Asked of
// V8 by the inspector's protocol, since the process around it is mostly local stand-ins for the platform's stores.
import type { Miniflare } from 'miniflare'

export interface MemoryGauge {
  /** MiB in use now, garbage that is not collected yet included. */
  read(): Promise<number>
  close(): void
}

const BYTES_A_MEBIBYTE = 2 ** 20

/** @param miniflare started with an `inspectorPort` */
export async function openMemoryGauge(miniflare: Miniflare, worker: string): Promise<MemoryGauge> {
  const { host } = await miniflare.getInspectorURL()
  const socket = new WebSocket(`ws://${host}/core:user:${worker}`)
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('error', () => reject(new Error('Cannot read memory: the inspector does not answer')))
  })
  const waiting = new Map<number, (mebibytes: number) => void>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data))
    waiting.get(id)?.((result.usedSize + result.embedderHeapUsedSize + result.backingStorageSize) / BYTES_A_MEBIBYTE)
    waiting.delete(id)
  })
  let asked = 0
  return {
    read: () =>
      new Promise((resolve) => {
        asked += 1
        waiting.set(asked, resolve)
        socket.send(JSON.stringify({ id: asked, method: 'Runtime.getHeapUsage', params: {} }))
      }),
    close: () => socket.close(),
  }
}
