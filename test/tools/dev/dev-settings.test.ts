import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readDevSettings } from '../../../tools/dev/dev-settings.ts'
import { inProject } from '../../../tools/project.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

async function read(file: string, text: string) {
  const path = join(await temporaryDirectory(), file)
  await writeFile(path, text)
  return readDevSettings(path)
}

describe('[dev] of a configuration', () => {
  it.each([
    ['wrangler.toml', 'name = "a"\n\n[dev]\nport = 8790\nip = "::1"\nlocal_protocol = "https"\ninspector_port = 9300\n'],
    ['wrangler.toml', 'name = "a"\ndev.port = 8790\ndev.ip = "::1"\ndev.local_protocol = "https"\ndev.inspector_port = 9300\n'],
    [
      'wrangler.jsonc',
      '// a comment\n{"name": "a", "dev": {"port": 8790, "ip": "::1", "local_protocol": "https", "inspector_port": 9300}}',
    ],
  ])('is read from %s: %j', async (file, text) => {
    expect(await read(file, text)).toEqual({ port: 8790, ip: '::1', protocol: 'https', hasInspectorPort: true })
  })

  it('says nothing where there is none, as in wrangler.toml of Postern', async () => {
    expect(await read('wrangler.toml', 'name = "dev"\n# [dev]\n# port = 1\n')).toEqual({ hasInspectorPort: false })
    expect(await readDevSettings(inProject('wrangler.toml'))).toEqual({ hasInspectorPort: false })
  })
})
