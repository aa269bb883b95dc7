// `npm run build:client`. Packing the package runs it.
import { buildClient } from './client-build.ts'

process.exitCode = await buildClient()
