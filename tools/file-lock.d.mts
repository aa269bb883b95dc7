/** Runs `action` while holding the lock file at `path`; waits for whoever holds it, and calls `onWait` once when it must. */
export function withFileLock<T>(path: string, action: () => T | Promise<T>, onWait?: () => void): Promise<T>
/** `undefined` when `givesUp`, which is asked again and again while it waits, has said so. */
export function withFileLock<T>(
  path: string,
  action: () => T | Promise<T>,
  onWait: (() => void) | undefined,
  givesUp: () => boolean,
): Promise<T | undefined>
