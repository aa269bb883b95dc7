// Makes `postern/client` anew: its JavaScript and types in dist/, and around them the package that others install. That has a
// manifest of its own: of what this repository needs they are to get nothing that the client does not import, and least of all a
// Node, which npm would put into the path of their scripts.
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PROJECT_ROOT } from '../project.ts'
import { runTool } from '../run-tool.ts'

/** For `npm pack`. Not below dist/, where its manifest would be one inside another package. */
export const CLIENT_PACKAGE = '.postern/client'

interface Manifest {
  readonly [member: string]: unknown
}

/** @returns the compiler's exit code */
export async function buildClient(root = PROJECT_ROOT): Promise<number> {
  const [dist, folder] = [join(root, 'dist'), join(root, CLIENT_PACKAGE)]
  for (const old of [dist, folder]) await rm(old, { recursive: true, force: true })
  const code = await runTool('tsc', ['-p', join(root, 'tsconfig.client.json')])
  if (code !== 0) return code
  await cp(dist, join(folder, 'dist'), { recursive: true })
  await cp(join(root, 'src/client/README.md'), join(folder, 'README.md'))
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  const manifest = clientManifest(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  return 0
}

function clientManifest({ name, version, license, type, exports, files }: Manifest) {
  return {
    ...{ name, version, license, type, exports, files },
    description: 'Checks the access tokens of Postern, in Workers and elsewhere',
    sideEffects: false,
    // For programs that are compiled with moduleResolution "node", which reads no exports.
    typesVersions: { '*': { client: ['./dist/client/index.d.ts'] } },
    engines: { node: '>=20' },
    // Whichever the program has of these majors: what this repository pins is its own affair. The first release of each has types that do
    // not compile.
    peerDependencies: { hono: '^4.0.1', jose: '^6.0.1' },
    // Only whoever uses requireAuth needs it, and has it.
    peerDependenciesMeta: { hono: { optional: true } },
  }
}
