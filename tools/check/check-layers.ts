// Fails when an import of src/ points the wrong way; the rules are in layers.ts. `npm test` runs the same check.
import { checkLayers } from './layers.ts'
import { readSourceFiles } from './source-files.ts'

const problems = checkLayers(await readSourceFiles())
console.log(problems.length === 0 ? 'Imports point one way' : problems.join('\n'))
process.exitCode = problems.length === 0 ? 0 : 1
