// Runs an installed tool (wrangler, vitest, …) by this very Node, quietly: no telemetry, no update notes, no questions.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { PROJECT_ROOT, toolPath } from './project.ts'

export type Tool = Parameters<typeof toolPath>[0]

export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface ToolResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export function toolEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_SEND_ERROR_REPORTS: 'false',
    // The banner is what asks the registry for a newer wrangler.
    WRANGLER_HIDE_BANNER: 'true',
    // Otherwise a local server fetches a sample `request.cf` from the network before it starts.
    CLOUDFLARE_CF_FETCH_ENABLED: process.env.CLOUDFLARE_CF_FETCH_ENABLED ?? 'false',
    ...extra,
  }
}

export function startTool(tool: Tool, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(process.execPath, ['--no-warnings', toolPath(tool), ...args], {
    cwd: PROJECT_ROOT,
    env: toolEnvironment(),
    ...options,
  })
}

/** Runs with the output on this terminal; resolves to the exit code. Without input, wrangler takes its defaults. */
export async function runTool(tool: Tool, args: readonly string[]): Promise<number> {
  const child = startTool(tool, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  const forward = (signal: NodeJS.Signals) => child.kill(signal)
  for (const signal of SIGNALS) process.on(signal, forward)
  try {
    return await exitCode(child)
  } finally {
    for (const signal of SIGNALS) process.off(signal, forward)
  }
}

/** Runs with the output collected; `input` goes to the tool's standard input and is never shown. */
export async function captureTool(tool: Tool, args: readonly string[], input = '', cwd = PROJECT_ROOT): Promise<ToolResult> {
  const child = startTool(tool, args, { stdio: ['pipe', 'pipe', 'pipe'], cwd })
  const chunks = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    chunks.stdout += chunk
  })
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    chunks.stderr += chunk
  })
  // A tool that does not read its input closes the pipe: that is no failure of ours.
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  return { code: await exitCode(child), ...chunks }
}

/** Waits until the output is complete, too. */
export function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)))
  })
}
