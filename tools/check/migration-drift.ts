// Tells whether the migrations say what src/stores/schema.ts says, by asking drizzle-kit to write the next one into a copy.
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { inProject } from '../project.ts'
import { captureTool } from '../run-tool.ts'

/** @returns what is wrong, or `null` */
export async function findMigrationDrift(schema = './src/stores/schema.ts'): Promise<string | null> {
  // Inside the project: drizzle-kit takes its folder relative to the place it runs in.
  const copy = await mkdtemp(inProject('.postern', 'migrations-'))
  try {
    await cp(inProject('migrations'), copy, { recursive: true })
    const before = await migrationFiles(copy)
    const out = `./.postern/${basename(copy)}`
    const result = await captureTool('drizzle-kit', ['generate', '--dialect', 'sqlite', '--schema', schema, '--out', out])
    if (result.code !== 0) return `drizzle-kit cannot compare: ${result.stderr || result.stdout}`
    const added = (await migrationFiles(copy)).filter((file) => !before.includes(file))
    // A question about a rename ends drizzle-kit without a file and without an error when nobody can answer.
    if (added.length === 0 && result.stdout.includes('No schema changes')) return null
    const what = added.length > 0 ? 'has changes' : 'has changes that drizzle-kit must ask about'
    return `src/stores/schema.ts ${what} that no migration makes. Run "npm run migrations -- NAME"`
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

async function migrationFiles(directory: string): Promise<readonly string[]> {
  return (await readdir(directory)).filter((file) => file.endsWith('.sql'))
}
