// `npm run example`: the notes API of examples/ and Postern in one `wrangler dev`, both at http://localhost:8787. That serves only the first
// worker over HTTP, so the notes API comes first and hands Postern what is not its own. Arguments after `--` are those of `npm run dev`.
import { runServer } from './dev-server.ts'

await runServer(['-c', 'examples/notes-api/wrangler.toml', '-c', 'wrangler.toml', ...process.argv.slice(2)])
