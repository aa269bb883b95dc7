// What a stored string says once it is read: how a typed password becomes bytes, and how those bytes are judged.
import type { Checkpoint } from '../checkpoint.ts'
import type { ScryptEngine, ScryptParameters } from '../scrypt.ts'
import type { Bytes, InputForm } from './password-input.ts'

/** What a check runs on: at most 64 MiB of lent memory, whatever was in it. */
export interface HashTools {
  readonly engine: Pick<ScryptEngine, 'derive' | 'lend'>
  readonly checkpoint: Checkpoint
}

export interface StoredHash {
  readonly input: InputForm
  /** What the check costs, where that is scrypt. */
  readonly scrypt?: ScryptParameters
  /** @throws what `checkpoint` throws */
  check(input: Bytes, tools: HashTools): Promise<boolean>
}
