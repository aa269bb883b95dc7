// `npm run example`: the notes API of examples/ and Postern in one `wrangler dev`, both at http://localhost:8787. That serves
// only the first worker over HTTP, so the notes API comes first and hands Postern what is not its own. Arguments after `--` go
// on to wrangler.
import { ensureAssets, ensureDatabase, ensureDevVars } from './local-state.ts'
import { DEFAULT_PERSIST_DIRECTORY, PROJECT_ROOT } from './project.ts'
import { exitCode, SIGNALS, startTool, toolEnvironment } from './run-tool.ts'

const CONFIGS = ['-c', 'examples/notes-api/wrangler.toml', '-c', 'wrangler.toml']

const args = process.argv.slice(2)
const persistDirectory = valueOfFlag('persist-to') ?? DEFAULT_PERSIST_DIRECTORY
await ensureAssets(PROJECT_ROOT)
await ensureDevVars(PROJECT_ROOT)
await ensureDatabase({ root: PROJECT_ROOT, persistDirectory })
const wrangler = startTool('wrangler', ['dev', ...CONFIGS, ...defaults(), ...args], {
  stdio: 'inherit',
  env: toolEnvironment({ POSTERN_PREPARED: '1' }),
})
for (const signal of SIGNALS) process.on(signal, () => wrangler.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal))
process.exitCode = await exitCode(wrangler)

function defaults(): readonly string[] {
  return [
    ...(valueOfFlag('port') === undefined ? ['--port', '8787'] : []),
    // Named, or wrangler would keep the state beside the first configuration, and not where Postern's database is.
    ...(valueOfFlag('persist-to') === undefined ? ['--persist-to', DEFAULT_PERSIST_DIRECTORY] : []),
    ...(valueOfFlag('inspector-port') === undefined ? ['--inspector-port', '0'] : []),
    ...(process.stdin.isTTY ? [] : ['--show-interactive-dev-session=false']),
  ]
}

function valueOfFlag(name: string): string | undefined {
  const index = args.indexOf(`--${name}`)
  return index >= 0 ? args[index + 1] : args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3)
}
