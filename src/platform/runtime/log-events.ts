// Every event that a log line can have. docs/operations.md tells of each, and a test compares the two.
export const LOG_EVENTS = [
  'PIN not revived',
  'account not erased everywhere yet',
  'audit',
  'audit event not stored',
  'deferred work failed',
  'housekeeping failed',
  'key copy not written',
  'ledger did not follow a new epoch',
  'ledger did not follow the end of a PIN',
  'limits not lifted after a confirmation',
  'limits not lifted after a reset',
  'mail dropped',
  'mail not sent',
  'not ready',
  'password not looked up in breaches',
  'proof not noted',
  'request',
  'rpc',
  'session_copy_failed',
  'shared budget',
  'signing key made',
  'stable key made',
  'users imported',
  'wrong admin key',
] as const

export type LogEvent = (typeof LOG_EVENTS)[number]
