// The programs of docs/verify-tokens.md, each as its page has it, with a few lines around that read tokens, one a line, and say of each
// what became of it. They are built under .postern, where the next run finds what this one has compiled.
import { execFile, spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { inProject } from '../../../tools/project.ts'
import { installDebianPackages } from './debian.ts'

const run = promisify(execFile)

export type Verdict = { readonly accepted: string } | { readonly refused: string } | { readonly unavailable: string }

export interface Verifier {
  /** A process that verifies tokens of the Postern at this address. */
  start(postern: string): Judge
}

export interface Judge extends AsyncDisposable {
  /** One after the other. @throws when the process has ended */
  judge(tokens: readonly string[]): Promise<readonly Verdict[]>
}

interface Language {
  /** Of Debian. */
  readonly packages: readonly string[]
  /** Where the code of the page goes. */
  readonly file: string
  /** What is around it. */
  readonly files: Readonly<Record<string, string>>
  readonly build?: Command
  readonly command: Command
  /** What the page says of times, and what is in its place where nobody can wait that long: see `HURRIED`. */
  readonly hurry: readonly (readonly [said: string, hurried: string])[]
  /** Whether the program goes on using keys that it cannot have anew. */
  readonly usesOldKeys: boolean
}

type Command = (folder: string) => readonly [file: string, ...args: readonly string[]]

/** Debian's own, whatever else is on the path: only that finds Debian's libraries. */
const BIN = '/usr/bin'

/** Seconds of a hurried program: for how long it keeps keys, and uses such as it cannot have anew, and how soon it asks again then. */
export const HURRIED = { kept: 1, used: 8, retried: 1 } as const

/** By the title of the section. */
export const LANGUAGES: Readonly<Record<string, Language>> = {
  Node: {
    packages: [],
    file: 'postern.mjs',
    files: {
      'main.mjs': `
import { createInterface } from 'node:readline'
import { KeysUnavailable, verify } from './postern.mjs'

for await (const token of createInterface({ input: process.stdin })) {
  const said = await verify(token).then(
    ({ sub }) => ({ accepted: sub }),
    (error) => ({ [error instanceof KeysUnavailable ? 'unavailable' : 'refused']: error.message }),
  )
  console.log(JSON.stringify(said))
}
`,
    },
    command: (folder) => [process.execPath, join(folder, 'main.mjs')],
    hurry: [['cacheMaxAge: 600_000', 'cacheMaxAge: 1_000']],
    usesOldKeys: false,
  },
  Python: {
    packages: ['python3-jwt', 'python3-cryptography'],
    file: 'postern.py',
    files: {
      'main.py': `
import json
import sys

import postern

for line in sys.stdin:
    try:
        said = {"accepted": postern.verify(line.strip())["sub"]}
    except postern.jwt.PyJWTError as error:
        said = {"refused": str(error)}
    except postern.KeysUnavailable as error:
        said = {"unavailable": str(error)}
    print(json.dumps(said), flush=True)
`,
    },
    command: (folder) => [`${BIN}/python3`, join(folder, 'main.py')],
    hurry: [
      ['KEYS_KEPT_FOR = 600', 'KEYS_KEPT_FOR = 1'],
      ['KEYS_USED_FOR = 3600', 'KEYS_USED_FOR = 8'],
      ['KEYS_RETRIED_EVERY = 5', 'KEYS_RETRIED_EVERY = 1'],
      ['KEYS_ASKED_EVERY = 30', 'KEYS_ASKED_EVERY = 1'],
    ],
    usesOldKeys: true,
  },
  Go: {
    packages: ['golang-go', 'golang-github-golang-jwt-jwt-dev'],
    file: 'postern.go',
    files: {
      'go.mod': `
module check

go 1.19

require github.com/golang-jwt/jwt/v4 v4.0.0

replace github.com/golang-jwt/jwt/v4 => /usr/share/gocode/src/github.com/golang-jwt/jwt
`,
      'main.go': `
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	output := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		said := map[string]string{}
		if claims, err := Verify(lines.Text()); errors.Is(err, ErrUnavailable) {
			said["unavailable"] = err.Error()
		} else if err != nil {
			said["refused"] = err.Error()
		} else {
			said["accepted"] = claims.Subject
		}
		output.Encode(said)
	}
}
`,
    },
    build: (folder) => [`${BIN}/go`, 'build', '-o', join(folder, 'check'), '.'],
    command: (folder) => [join(folder, 'check')],
    hurry: [
      ['= 10 * time.Minute', '= time.Second'],
      ['= time.Hour', '= 8 * time.Second'],
      ['= 30 * time.Second', '= time.Second'],
      ['keysRetriedEvery = 5 * time.Second', 'keysRetriedEvery = time.Second'],
    ],
    usesOldKeys: true,
  },
  Rust: {
    packages: ['cargo', 'librust-jsonwebtoken-dev', 'librust-ureq-dev'],
    file: 'src/postern.rs',
    files: {
      // Without TLS, which a server on this machine does not need and which takes minutes to compile.
      'Cargo.toml': `
[package]
name = "check"
version = "0.0.0"
edition = "2021"

[dependencies]
jsonwebtoken = ">=8, <10"
serde = { version = "1", features = ["derive"] }
serde_json = "1"
ureq = { version = "2", default-features = false, features = ["json"] }
`,
      '.cargo/config.toml': `
[source.crates-io]
replace-with = "debian"

[source.debian]
directory = "/usr/share/cargo/registry"
`,
      'src/main.rs': `
mod postern;

fn main() {
    let verifier = postern::Verifier::new(&std::env::var("POSTERN_URL").unwrap());
    for line in std::io::stdin().lines() {
        let said = match verifier.verify(&line.unwrap()) {
            Ok(claims) => serde_json::json!({ "accepted": claims.sub }),
            Err(postern::Refusal::Invalid(why)) => serde_json::json!({ "refused": why }),
            Err(postern::Refusal::Unavailable(why)) => serde_json::json!({ "unavailable": why }),
        };
        println!("{}", said);
    }
}
`,
    },
    // One target for all, since what the program needs takes minutes to compile.
    build: (folder) => ['/bin/sh', '-c', `${BIN}/cargo build --offline --quiet && cp ../rust-target/debug/check '${folder}/check'`],
    command: (folder) => [join(folder, 'check')],
    hurry: [
      ['KEYS_KEPT_FOR: Duration = Duration::from_secs(600)', 'KEYS_KEPT_FOR: Duration = Duration::from_secs(1)'],
      ['KEYS_USED_FOR: Duration = Duration::from_secs(3600)', 'KEYS_USED_FOR: Duration = Duration::from_secs(8)'],
      ['KEYS_ASKED_EVERY: Duration = Duration::from_secs(30)', 'KEYS_ASKED_EVERY: Duration = Duration::from_secs(1)'],
      ['KEYS_RETRIED_EVERY: Duration = Duration::from_secs(5)', 'KEYS_RETRIED_EVERY: Duration = Duration::from_secs(1)'],
    ],
    usesOldKeys: true,
  },
}

/** Nothing is asked of a network, and nothing of the home directory of who runs the tests. */
function environment(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: `${BIN}:/bin`,
    HOME: folder,
    CARGO_HOME: join(folder, 'cargo-home'),
    CARGO_TARGET_DIR: join(folder, '..', 'rust-target'),
    GOCACHE: join(folder, 'go-cache'),
    GOFLAGS: '-mod=mod',
    GOPROXY: 'off',
    GOTOOLCHAIN: 'local',
    PYTHONDONTWRITEBYTECODE: '1',
  }
}

/** @param isHurried with the times of `HURRIED` */
export async function buildVerifier(title: string, language: Language, isHurried = false): Promise<Verifier> {
  const { packages, file, files, build, command, hurry } = language
  await installDebianPackages(packages)
  const folder = inProject('.postern/verifiers', `${title.toLowerCase()}${isHurried ? '-hurried' : ''}`)
  const program = await readProgram(title)
  for (const [name, text] of Object.entries({ ...files, [file]: isHurried ? hurried(program, hurry) : program })) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeChanged(join(folder, name), text)
  }
  const env = environment(folder)
  if (build) {
    const [tool, ...args] = build(folder)
    await run(tool, args, { cwd: folder, env })
  }
  return { start: (postern) => startJudge(command(folder), { ...env, POSTERN_URL: postern }) }
}

/** The first program of a section of the page. */
async function readProgram(title: string): Promise<string> {
  const page = await readFile(inProject('docs/verify-tokens.md'), 'utf8')
  const section = page.split(`\n### ${title}\n`)[1]?.split('\n### ')[0] ?? ''
  const [, program] = /^```\w+\n(.*?)^```$/ms.exec(section) ?? []
  if (program === undefined) throw new Error(`Cannot find a program under ${title} in docs/verify-tokens.md`)
  return program
}

function hurried(program: string, hurry: Language['hurry']): string {
  for (const [said] of hurry)
    if (program.split(said).length !== 2) throw new Error(`Cannot hurry: the page does not say once "${said}"`)
  return hurry.reduce((text, [said, instead]) => text.replace(said, instead), program)
}

/** What is as it was keeps its time, by which compilers know that they have nothing to do. */
async function writeChanged(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => null)) !== text) await writeFile(path, text)
}

function startJudge([file, ...args]: ReturnType<Command>, env: NodeJS.ProcessEnv): Judge {
  const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  const errors: string[] = []
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => errors.push(chunk))
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const judgeOne = async (token: string): Promise<Verdict> => {
    child.stdin.write(`${token}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`${file} has ended: ${errors.join('')}`)
    return JSON.parse(value) as Verdict
  }
  return {
    async judge(tokens) {
      const verdicts: Verdict[] = []
      for (const token of tokens) verdicts.push(await judgeOne(token))
      return verdicts
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await closed
    },
  }
}
