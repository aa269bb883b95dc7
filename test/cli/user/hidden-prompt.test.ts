import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { askHidden, PromptCancelled } from '../../../cli/user/hidden-prompt.ts'

class Terminal extends EventEmitter {
  isRaw = false
  setRawMode(isRaw: boolean) {
    this.isRaw = isRaw
    return this as never
  }
  setEncoding() {
    return this as never
  }
  resume() {
    return this as never
  }
  pause() {
    return this as never
  }
}

function ask() {
  const input = new Terminal()
  const shown: string[] = []
  const answer = askHidden('Password: ', input as never, { write: (text: string) => shown.push(text) > 0 })
  return { input, shown, answer }
}

describe('askHidden()', () => {
  it('takes what is typed, corrections included, and shows none of it', async () => {
    const { input, shown, answer } = ask()
    expect(input.isRaw).toBe(true)
    input.emit('data', 'ab😀')
    input.emit('data', '\u007f\u007f')
    input.emit('data', 'c d\r')
    expect(await answer).toBe('ac d')
    expect(shown).toEqual(['Password: ', '\n'])
    expect(input.isRaw).toBe(false)
    expect(input.listenerCount('data')).toBe(0)
  })

  it.each(['\u0003', '\u0004'])('gives up on %j and restores the terminal', async (key) => {
    const { input, answer } = ask()
    input.emit('data', `abc${key}`)
    await expect(answer).rejects.toThrow(PromptCancelled)
    expect(input.isRaw).toBe(false)
  })
})
