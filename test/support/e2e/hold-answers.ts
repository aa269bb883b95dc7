// Holds every answer that a test gets from a real server by `fetch` against the contract, as the harness does in the worker's own
// tests: whatever carries Postern's request id is Postern's.
import { requireContract } from '../../suites/contract/require-contract.ts'
import { varsAt } from './served-vars.ts'

const send = globalThis.fetch

globalThis.fetch = async (input, init) => {
  const response = await send(input, init)
  if (response.headers.has('X-Request-Id')) {
    const request = new Request(input, init)
    await requireContract(request, response, varsAt(request.url))
  }
  return response
}
