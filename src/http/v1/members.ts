// Members of bodies that several endpoints read.
import { optionalText } from '../openapi/schema.ts'

export const newPassword = () => optionalText('8 to 256 characters')
export const currentPassword = () => optionalText('Judged as at a sign-in')
export const mailedToken = () => optionalText('The token of the mailed link')
