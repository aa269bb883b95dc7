// What the operator's tools print. What is stored was often typed by strangers: nothing in it acts on the terminal.
import { escapeUnprintable } from '../../src/platform/identifiers/printable-text.ts'
import { codeOf } from '../../tools/error-code.ts'
import { describeFailure, FileFailed, OutputClosed } from './failures.ts'

// Each write tells its own failure; without a listener the event would end the process. Progress that nobody reads is no failure.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})

/** To standard output, as it is. @throws OutputClosed, FileFailed */
export function writeOut(chunk: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(chunk, (error) => {
      if (!error) return resolve()
      reject(
        codeOf(error) === 'EPIPE' ? new OutputClosed() : new FileFailed(describeFailure('Cannot write to standard output', error)),
      )
    })
  })
}

/** A line to standard output. @throws OutputClosed, FileFailed */
export function show(text: string): Promise<void> {
  return writeOut(`${escapeUnprintable(text)}\n`)
}

/** A line to standard error, where it is in nobody's way. */
export function report(line: string): void {
  console.error(escapeUnprintable(line))
}
