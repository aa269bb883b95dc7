// Makes dist/ anew: the JavaScript and the types of `postern/client`.
import { rm } from 'node:fs/promises'
import { inProject } from './project.ts'
import { runTool } from './run-tool.ts'

/** @returns the compiler's exit code */
export async function buildClient(): Promise<number> {
  await rm(inProject('dist'), { recursive: true, force: true })
  return runTool('tsc', ['-p', 'tsconfig.client.json'])
}
