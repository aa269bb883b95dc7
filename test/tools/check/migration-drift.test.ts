import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { expect, it, onTestFinished } from 'vitest'
import { findMigrationDrift } from '../../../tools/check/migration-drift.ts'
import { inProject } from '../../../tools/project.ts'

it('findMigrationDrift() finds no difference now, an added column, and one that may have been renamed', async () => {
  expect(await findMigrationDrift()).toBeNull()
  const schema = await readFile(inProject('src/stores/schema.ts'), 'utf8')
  const column = "disabledAt: integer('disabled_at'),"
  expect(schema).toContain(column)
  await mkdir(inProject('.postern'), { recursive: true })
  const changed = `.postern/schema-${process.pid}.ts`
  onTestFinished(() => rm(inProject(changed), { force: true }))
  await writeFile(inProject(changed), schema.replace(column, `${column} more: integer('more'),`))
  expect(await findMigrationDrift(`./${changed}`)).toContain('no migration makes')
  await writeFile(inProject(changed), schema.replace(column, "disabledAt: integer('disabled_on'),"))
  expect(await findMigrationDrift(`./${changed}`)).toContain('no migration makes')
})
