// One operation of a face as its OpenAPI description needs it.
import type { GenericSchema } from 'valibot'

export interface Operation {
  readonly id: string
  readonly summary: string
  readonly description?: string
  readonly body?: GenericSchema
  /** The media type of a body that is no JSON object. */
  readonly bodyType?: string
  /** Members a body cannot do without: the core asks for them, in its own words, so the schema lets them be absent. */
  readonly required?: readonly string[]
  /** Query parameters and what they are. */
  readonly query?: Readonly<Record<string, string>>
  readonly bearer?: 'required' | 'optional'
  /** Cookies any of which is the credential. */
  readonly cookies?: readonly ('accessToken' | 'refreshToken')[]
  /** The media types of the answer where it is not JSON alone; of others than JSON the document says no more than that they are text. */
  readonly successTypes?: readonly string[]
  readonly success: readonly [number, GenericSchema]
  readonly refusals: readonly number[]
  /** What a refusal says where it is not, or not only, the error of the face. */
  readonly refusalBodies?: Readonly<Record<number, GenericSchema>>
}
