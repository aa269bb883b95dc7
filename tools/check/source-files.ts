// Reads src/ as the layer check wants it.
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { inProject, PROJECT_ROOT } from '../project.ts'
import type { SourceFile } from './layers.ts'

export async function readSourceFiles(): Promise<readonly SourceFile[]> {
  const entries = await readdir(inProject('src'), { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(
    paths.map(async (path) => ({ path: relative(PROJECT_ROOT, path).split(sep).join('/'), source: await readFile(path, 'utf8') })),
  )
}
