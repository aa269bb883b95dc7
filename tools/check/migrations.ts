// `npm run migrations -- NAME`: turns a change of src/stores/schema.ts into the next numbered file under migrations/.
import { runTool } from '../run-tool.ts'

const [name, ...rest] = process.argv.slice(2)
if (name === undefined || rest.length > 0 || !/^[a-z0-9_]{1,60}$/.test(name)) {
  console.error('Usage: npm run migrations -- NAME   (lower-case letters, digits and _; says what changes)')
  process.exitCode = 2
} else {
  process.exitCode = await runTool('drizzle-kit', ['generate', '--name', name])
}
