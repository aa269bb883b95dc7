// What HTTP itself refuses, before anybody asks the core.

export type HttpErrorCode =
  | 'malformed_body'
  | 'unsupported_media_type'
  | 'not_json_lines'
  | 'body_too_large'
  | 'method_not_allowed'
  | 'not_found'

export class HttpError extends Error {
  override readonly name = 'HttpError'

  readonly code: HttpErrorCode
  readonly reason: string
  readonly allowedMethods: readonly string[]

  /** @param reason logged, never rendered @param allowedMethods with `method_not_allowed`: what `Allow` names */
  constructor(code: HttpErrorCode, reason: string, allowedMethods: readonly string[] = []) {
    super(`${code}: ${reason}`)
    this.code = code
    this.reason = reason
    this.allowedMethods = allowedMethods
  }
}
