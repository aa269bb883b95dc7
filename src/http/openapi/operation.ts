// One operation of a face, and the shapes of its bodies, as its OpenAPI description needs them.
import type { GenericSchema } from 'valibot'

/** Keywords of JSON Schema that say more of a member than the schema that checks or makes it. */
export type Facts = Readonly<Record<string, unknown>>

/** A shape with a name of its own: one schema under `components`, referred to wherever it appears. */
export interface Component {
  readonly schema: GenericSchema
  /** What the shape is, as a whole. */
  readonly about: string
  /** What its members are where that differs from `MEMBERS` (members.ts). */
  readonly members?: Readonly<Record<string, Facts>>
  /** Optional members that its example shows. */
  readonly shows?: readonly string[]
  /** For a shape without members. */
  readonly facts?: Facts
}

export interface Operation {
  readonly id: string
  readonly summary: string
  readonly description?: string
  readonly body?: GenericSchema
  /** The media type of a body that is no JSON object. */
  readonly bodyType?: string
  /** Members a body cannot do without: the core asks for them, in its own words, so the schema lets them be absent. */
  readonly required?: readonly string[]
  /** What each parameter in the path is. */
  readonly parameters?: Readonly<Record<string, Facts>>
  readonly query?: Readonly<Record<string, Facts>>
  /** Query parameters that the operation cannot do without. */
  readonly requiredQuery?: readonly string[]
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
