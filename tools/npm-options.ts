// npm keeps options that stand before `--` for itself, and hands a script on what is left: a list of the deployed service would be one of
// the local state, and a dry run the real thing. All that the script sees of them is in its environment.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @param options by name, without dashes @param args of the script: what stands there has come through
 * @throws Error with one sentence that names an option which npm has kept
 */
export function requireNothingKept(
  options: readonly string[],
  args: readonly string[] = process.argv.slice(2),
  env: NodeJS.ProcessEnv = process.env,
): void {
  const isGiven = (name: string) => args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`))
  const kept = options.find((name) => env[nameInNpm(name)] && !isGiven(name) && !isNpmsOwn(name, env))
  if (kept === undefined) return
  // npm's own name for `-c`.
  throw new Error(`npm has kept ${kept === 'call' ? '-c' : `--${kept}`} for itself: it must stand behind --`)
}

function nameInNpm(option: string): string {
  return `npm_config_${option.replaceAll('-', '_')}`
}

/** Some of our names are npm's too, such as `json`: what a file of npm's settings says is no option of ours. */
function isNpmsOwn(option: string, env: NodeJS.ProcessEnv): boolean {
  const { npm_config_userconfig: user, npm_config_globalconfig: everybodys, npm_config_local_prefix: project } = env
  const line = new RegExp(`^\\s*${option}\\s*(=|\\[|$)`, 'm')
  return [user, everybodys, project && join(project, '.npmrc')].some((file) => file && line.test(readText(file)))
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
