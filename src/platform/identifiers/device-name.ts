// What a person would call the device behind a User-Agent. Names come from the lists below only: the text itself is the
// client's, and must not reach a mail.

/** The first that is found counts: Edge and Opera also say Chrome, and Chrome also says Safari. */
const BROWSERS = [
  [/\bEdg(?:A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
] as const

/** Android also says Linux, and an iPhone also says Mac OS X. */
const SYSTEMS = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
] as const

type Browser = (typeof BROWSERS)[number][1]
type System = (typeof SYSTEMS)[number][1]
export type DeviceName = Browser | System | `${Browser}, ${System}`

/** @returns `null` for a client that is none of the usual ones */
export function nameDevice(userAgent: string): DeviceName | null {
  const browser = BROWSERS.find(([pattern]) => pattern.test(userAgent))?.[1]
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1]
  return browser && system ? `${browser}, ${system}` : (browser ?? system ?? null)
}
