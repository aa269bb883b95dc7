// `npm run docs`: writes what documents and types say of the configuration.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { inProject } from '../project.ts'
import { bindingTypes } from './bindings-types.ts'
import { configurationPage, wranglerComments } from './configuration-docs.ts'

const VARS = '# [vars]\n'

const page = inProject('docs', 'reference', 'configuration.md')
await mkdir(dirname(page), { recursive: true })
await writeFile(page, configurationPage())
const wranglerToml = inProject('wrangler.toml')
const [head = ''] = (await readFile(wranglerToml, 'utf8')).split(VARS)
await writeFile(wranglerToml, head + VARS + wranglerComments())
await writeFile(inProject('src', 'bindings.ts'), await bindingTypes())
