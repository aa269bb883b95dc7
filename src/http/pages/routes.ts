// The pages a person sees: those behind mailed links, each at the path the link leads to.
import type { HonoBase } from 'hono/hono-base'
import type { AppEnv } from '../shared/context.ts'
import { changedEmailPage, restoredEmailPage } from './email-change-pages.ts'
import { createLinkPage, type LinkPage, type PageSettings } from './link-page.ts'
import { resetPasswordPage } from './reset-password-page.ts'
import { verifyEmailPage } from './verify-email-page.ts'

const PAGES: Readonly<Record<string, LinkPage>> = {
  '/verify-email': verifyEmailPage,
  '/reset-password': resetPasswordPage,
  '/confirm-email-change': changedEmailPage,
  '/undo-email-change': restoredEmailPage,
}

export function createPages(
  settingsOf: (env: AppEnv['Bindings']) => PageSettings,
): readonly (readonly [string, HonoBase<AppEnv>])[] {
  return Object.entries(PAGES).map(([path, page]) => [path, createLinkPage(page, settingsOf)] as const)
}
