// The size of what would be uploaded, as Cloudflare counts it: every module that wrangler bundled, gzipped.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

export const BUNDLE_LIMIT_BYTES = 160 * 1024

/** Source maps and notes for people are not part of the worker. */
const NOT_UPLOADED = /\.(map|md)$/

export async function gzipSizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && !NOT_UPLOADED.test(entry.name))
  const contents = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name))))
  return contents.reduce((total, content) => total + gzipSync(content).length, 0)
}

export function describeSize(bytes: number): string {
  const kibibytes = (size: number) => (size / 1024).toFixed(1)
  return `Bundle: ${kibibytes(bytes)} KiB gzip, of at most ${kibibytes(BUNDLE_LIMIT_BYTES)}`
}
