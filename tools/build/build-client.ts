// `npm run build:client`. Packing this repository runs it, too.
import { buildClient } from './client-build.ts'

process.exitCode = await buildClient()
