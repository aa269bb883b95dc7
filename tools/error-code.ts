/** What the system calls an error of its own, such as `ENOENT`; `null` for any other. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null
}
