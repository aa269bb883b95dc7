/** A file of this worker's own, from the assets it was deployed with. */
export function fetchAsset(env: { readonly ASSETS: Fetcher }, path: string): Promise<Response> {
  return env.ASSETS.fetch(new URL(path, 'https://assets.local'))
}
