// What a run was made on. Says nothing that names the machine.
import { readFile } from 'node:fs/promises'
import { arch, cpus, loadavg, platform, totalmem } from 'node:os'
import { join } from 'node:path'
import { packageFolder } from '../../tools/project.ts'
import type { Machine } from './findings.ts'

export function loadNow(): number {
  return loadavg()[0] ?? Number.NaN
}

/** @param loadBefore what `loadNow` said before the run began */
export async function describeMachine(loadBefore: number): Promise<Machine> {
  const workerd = JSON.parse(await readFile(join(packageFolder('workerd'), 'package.json'), 'utf8'))
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    system: `${platform()} ${arch()}`,
    node: process.version,
    workerd: workerd.version,
    loadBefore,
    loadAfter: loadNow(),
    date: new Date().toISOString().slice(0, 10),
  }
}
