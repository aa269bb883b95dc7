// src/bindings.ts from wrangler.toml, by wrangler's own reading of it: what it calls each binding and which type that has.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { captureTool } from '../run-tool.ts'

const LINE = /^\t(\w+): (.+);$/
/** A Durable Object's class is a shell around `…Object`, which keeps objects/<its name>/<its name>.ts. */
const OBJECT = /^DurableObjectNamespace<import\(".*"\)\.(\w+)>$/

/** @throws Error with what wrangler says */
export async function bindingTypes(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-types-'))
  try {
    const [types, noVars] = [join(folder, 'types.d.ts'), join(folder, 'no.env')]
    await writeFile(noVars, '')
    // Names of this machine's .dev.vars are not the worker's.
    const args = [
      'types',
      types,
      '--config',
      'wrangler.toml',
      '--include-runtime=false',
      '--env-interface=Bindings',
      '--env-file',
      noVars,
    ]
    const { code, stderr } = await captureTool('wrangler', args)
    if (code !== 0) throw new Error(`Cannot read the types of wrangler.toml:\n${stderr}`)
    return render(await readFile(types, 'utf8'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

function render(types: string): string {
  const [, body = ''] = /interface __BaseEnv_Bindings \{\n([^}]*)\}/.exec(types) ?? []
  const classes = new Set<string>()
  const members = body.split('\n').flatMap((line) => {
    const [, name, type = ''] = LINE.exec(line) ?? []
    if (name === undefined) return []
    const [, object] = OBJECT.exec(type) ?? []
    if (object !== undefined) classes.add(object)
    return [`  readonly ${name}: ${object === undefined ? type : `DurableObjectNamespace<${object}Object>`}`]
  })
  const imports = [...classes].sort().map((name) => {
    const room = name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()
    return `import type { ${name}Object } from './objects/${room}/${room}.ts'`
  })
  return [
    '// Made by `npm run docs` from wrangler.toml: what it binds.',
    ...imports,
    '',
    'export interface Bound {',
    ...members,
    '}',
    '',
  ].join('\n')
}
