// In which language a page speaks: that of the mail that led there, which its link names; else the browser's, else the default.
import { LOCALES, type Locale, parseAcceptLanguage } from '../../platform/identifiers/locale.ts'
import { en } from './words/en.ts'
import { es } from './words/es.ts'
import { tr } from './words/tr.ts'
import type { PageWords } from './words/words.ts'

const WORDS: Readonly<Record<Locale, PageWords>> = { en, es, tr }

/** @param asked `lang` of the link, which anybody may have written */
export function chooseWords(asked: string | undefined, acceptLanguage: string | undefined, defaultLocale: Locale): PageWords {
  return WORDS[LOCALES.find((locale) => locale === asked) ?? parseAcceptLanguage(acceptLanguage) ?? defaultLocale]
}
