// What documents say of the configuration, from its table (src/config/variables.ts): docs/reference/configuration.md, and the lines of
// wrangler.toml below `# [vars]`.
import { VARIABLES, type Variable } from '../../src/config/variables.ts'

const NOTE = '<!-- Made by `npm run docs` from src/config/variables.ts. -->'

export function configurationPage(): string {
  const rows = Object.entries<Variable>(VARIABLES).map(([name, variable]) => {
    const what = variable.kind === 'secret' ? `\`${name}\` (secret)` : `\`${name}\``
    return `| ${what} | ${variable.means} | ${defaultOf(variable)} | ${boundsOf(variable)} |`
  })
  return [
    '# Configuration',
    '',
    NOTE,
    '',
    'Vars go into `deployment.toml` under `[vars]`, secrets are set with `npx wrangler secret put NAME`: see the [README](../../README.md#configuration).',
    '',
    '| name | meaning | default | bounds |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

/** Everything behind `# [vars]`. */
export function wranglerComments(): string {
  const rows = Object.entries<Variable>(VARIABLES).flatMap(([name, variable]): [string, string][] =>
    variable.kind === 'secret' ? [] : [[`# ${name} = ${settingOf(variable)}`, plain(variable.means)]],
  )
  const width = Math.max(...rows.map(([setting]) => setting.length))
  return `${rows.map(([setting, means]) => `${setting.padEnd(width)}  # ${means}`).join('\n')}\n`
}

function settingOf(variable: Exclude<Variable, { kind: 'secret' }>): string {
  if (variable.kind === 'integer') return String(variable.fallback)
  return JSON.stringify(variable.kind === 'choice' ? variable.choices[0] : variable.example)
}

function defaultOf(variable: Variable): string {
  if (variable.kind === 'integer') return `\`${variable.fallback}\`${durationOf(variable.fallback)}`
  return variable.kind === 'choice' ? `\`${variable.choices[0]}\`` : variable.unset
}

function boundsOf(variable: Variable): string {
  const { note } = variable
  const bounds =
    variable.kind === 'integer'
      ? `${variable.min} to ${variable.max}${variable.minInDevelopment === undefined ? '' : `; in development ${variable.minInDevelopment} to ${variable.max}`}`
      : variable.kind === 'choice'
        ? variable.choices.map((choice) => `\`${choice}\``).join(', ')
        : null
  return [bounds, note].filter((part) => part !== null && part !== undefined).join('; ')
}

/** For people: of what is as long as a day or more. */
function durationOf(seconds: number): string {
  const days = seconds / 86_400
  if (!Number.isInteger(days) || days === 0) return ''
  return days % 365 === 0 ? ` (${days / 365} years)` : ` (${days} day${days === 1 ? '' : 's'})`
}

/** Markdown as text. */
function plain(markdown: string): string {
  return markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '')
}
