/**
 * The origin that a URL is when it has nothing else, as a browser writes it: host in lower case, no default port.
 * @returns null for what is no URL of http or https, or has a path, query, fragment or user
 */
export function originOf(value: string): string | null {
  if (!URL.canParse(value)) return null
  const url = new URL(value)
  const isBare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  return isBare && (url.protocol === 'https:' || url.protocol === 'http:') ? url.origin : null
}
