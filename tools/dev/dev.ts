// `npm run dev`: Postern on this machine.
import { runServer } from './dev-server.ts'

await runServer(process.argv.slice(2))
