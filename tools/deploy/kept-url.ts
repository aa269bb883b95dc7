// Where the worker was deployed to, where no PUBLIC_URL says so: kept for the operator's commands.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const pathOf = (root: string, environment: string | null) =>
  join(root, '.postern', environment === null ? 'deployed-url' : `deployed-url.${environment}`)

export async function keepUrl(root: string, environment: string | null, url: string): Promise<void> {
  await mkdir(join(root, '.postern'), { recursive: true })
  await writeFile(pathOf(root, environment), `${url}\n`)
}

export async function readKeptUrl(root: string, environment: string | null): Promise<string | null> {
  const text = await readFile(pathOf(root, environment), 'utf8').catch(() => '')
  return text.trim() || null
}
