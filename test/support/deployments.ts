// What the configuration says of an environment, for tests: the top level with nothing chosen, unless they say otherwise.
import type { Deployment } from '../../tools/deploy/deployment.ts'

export function deployment(of: Partial<Deployment> = {}): Deployment {
  const { environment = null } = of
  const name = environment === null ? 'postern' : `postern-${environment}`
  return {
    ...{ environment, workerName: name, databaseName: name, databaseId: null, namespaceId: null },
    ...{ missingBindings: [], objectsOf: [], routes: [], hasWorkersDev: true, publicUrl: null, settings: [] },
    ...of,
  }
}
