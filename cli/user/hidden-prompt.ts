// Asks for a secret on a terminal without showing it.
import type { ReadStream, WriteStream } from 'node:tty'

export class PromptCancelled extends Error {
  override readonly name = 'PromptCancelled'
}

const CTRL_C = '\u0003'
const CTRL_D = '\u0004'
const BACKSPACES = new Set(['\u007f', '\b'])

type Terminal = Pick<ReadStream, 'setRawMode' | 'setEncoding' | 'on' | 'off' | 'resume' | 'pause'>

/** @throws PromptCancelled on Ctrl-C or Ctrl-D */
export function askHidden(question: string, input: Terminal, output: Pick<WriteStream, 'write'>): Promise<string> {
  output.write(question)
  input.setEncoding('utf8')
  // Raw, the terminal echoes nothing; what is typed, and the line's end, come as they are.
  input.setRawMode(true)
  input.resume()
  return new Promise((resolve, reject) => {
    let typed: readonly string[] = []
    const finish = (settle: () => void) => {
      input.off('data', onData)
      input.setRawMode(false)
      input.pause()
      output.write('\n')
      settle()
    }
    const onData = (chunk: string | Buffer) => {
      for (const character of String(chunk)) {
        if (character === '\r' || character === '\n') return finish(() => resolve(typed.join('')))
        if (character === CTRL_C || character === CTRL_D) return finish(() => reject(new PromptCancelled('Cancelled')))
        typed = BACKSPACES.has(character) ? typed.slice(0, -1) : [...typed, character]
      }
    }
    input.on('data', onData)
  })
}
