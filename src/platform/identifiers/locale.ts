// The languages Postern can write in, and which of them a browser asks for.

export const LOCALES = ['en', 'es', 'tr'] as const
export type Locale = (typeof LOCALES)[number]

/** Longer than any browser sends; what is past it is not looked at. */
const LIMIT = 512
/** RFC 9110 §12.5.4: a language range, and its weight from 0 to 1 with at most three digits. */
const RANGE = /^\s*([a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i

/** The locale of a language tag such as `es-MX`, `null` for a language there are no words in. */
export function parseLocale(tag: string): Locale | null {
  const language = tag.trim().split('-')[0]?.toLowerCase()
  return LOCALES.find((locale) => locale === language) ?? null
}

/** The best of LOCALES for an `Accept-Language` field; `null` where it asks for none of them. Of equal weights the first wins. */
export function parseAcceptLanguage(field: string | null | undefined): Locale | null {
  let best: { readonly locale: Locale; readonly weight: number } | null = null
  for (const item of (field ?? '').slice(0, LIMIT).split(',')) {
    const [, tag = '', weightText = '1'] = RANGE.exec(item) ?? []
    const locale = parseLocale(tag)
    const weight = Number(weightText)
    if (locale && weight > (best?.weight ?? 0)) best = { locale, weight }
  }
  return best?.locale ?? null
}
