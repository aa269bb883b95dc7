// The pages a person sees: those behind mailed links, each at the path the link leads to.
import { changedEmailPage, restoredEmailPage } from './email-change-pages.ts'
import { createLinkPage } from './link-page.ts'
import { resetPasswordPage } from './reset-password-page.ts'
import { verifyEmailPage } from './verify-email-page.ts'

export const pages = [
  ['/verify-email', createLinkPage(verifyEmailPage)],
  ['/reset-password', createLinkPage(resetPasswordPage)],
  ['/confirm-email-change', createLinkPage(changedEmailPage)],
  ['/undo-email-change', createLinkPage(restoredEmailPage)],
] as const
