// The package `postern/client`: what other services import to check Postern's tokens.
export type {
  AdminEvent,
  AdminMail,
  AdminRegistration,
  AdminServiceBinding,
  AdminSession,
  AdminStory,
  AdminUser,
  AdminWaits,
  NewAdminUser,
} from './admin-binding.ts'
export type {
  AuthServiceBinding,
  AuthTokenPayload,
  Freshness,
  KeySet,
  LoginResponse,
  PosternErrorCode,
  PosternFailure,
  PosternResult,
  Principal,
  ServiceUser,
  SpokenFor,
  TokenVerifierBinding,
} from './bindings.ts'
export { createFetchVerifier, type FetchVerifier, type FetchVerifierOptions } from './fetch-verifier.ts'
export { type AuthVariables, type RequireAuthOptions, requireAuth } from './require-auth.ts'
export { createVerifier, type Verifier, type VerifierOptions } from './verifier.ts'
