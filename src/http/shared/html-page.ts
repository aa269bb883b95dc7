// The frame of every page a person sees, and the policy it is served under. No script, no picture, nothing from elsewhere.
import { html, raw } from 'hono/html'
import type { Locale } from '../../platform/identifiers/locale.ts'

export type Page = ReturnType<typeof html>

const STYLE = `
:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 34rem; padding: 3rem 1.25rem }
h1 { font-size: 1.5rem; line-height: 1.25 } h2 { font-size: 1.1875rem; line-height: 1.25 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .375rem 1.25rem; margin: 1.5rem 0 }
dt { opacity: .75 } dd { margin: 0; overflow-wrap: anywhere }
article { border-top: 1px solid; margin-top: 2rem } pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere }
label, input { font: inherit } input { max-width: 100%; padding: .5rem .625rem; box-sizing: border-box }
form { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem }
button { font: inherit; font-weight: 600; padding: .625rem 1.25rem; border: 0; border-radius: .375rem; background: #1d4ed8; color: #fff; cursor: pointer }
button:hover { background: #1e40af } :focus-visible { outline: 3px solid CanvasText; outline-offset: 2px }
`

/** The style above by its SHA-256 (CSP Level 3 §6.7.3.3); a test keeps the two together. */
const STYLE_SOURCE = "'sha256-8K9yGEVdrFH2jAAMB0wQ9olpvONQDHo4EyUMO3+71q4='"

export const PAGE_POLICY = `default-src 'none'; style-src ${STYLE_SOURCE}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`

/** Interpolated values are escaped by `html`. */
export function layout(lang: Locale, title: string, content: Page): Page {
  return html`<!doctype html>
<html lang="${lang}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>${title}</title>
    <style>${raw(STYLE)}</style>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      ${content}
    </main>
  </body>
</html>`
}
