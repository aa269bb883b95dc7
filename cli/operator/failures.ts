// What ends a command of the operator besides a refusal of the service.

/** Whoever reads the output has gone, as `head` does: no failure, and no reason to go on. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
}

/** What went wrong with a file, in one sentence for people. */
export class FileFailed extends Error {
  override readonly name = 'FileFailed'
}
