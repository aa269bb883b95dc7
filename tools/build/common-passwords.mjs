// Writes the rows of the table common_passwords into a migration, from the password list of @zxcvbn-ts/language-common
// (most frequent first, MIT). That package is no dependency, as this runs about once a year:
//   npm pack @zxcvbn-ts/language-common && tar xzf zxcvbn-ts-language-common-*.tgz
//   npx drizzle-kit generate --custom --name newer_common_passwords
//   node tools/build/common-passwords.mjs package migrations/<the new file>

import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The policy asks for at least eight characters, so shorter words would never be looked up. */
const MIN_LENGTH = 8
/** D1 takes statements of at most 100 KB; with one statement the list is never there by half. */
const STATEMENT_LIMIT_BYTES = 96_000

const [packagePath, migrationPath] = process.argv.slice(2)
if (packagePath === undefined || migrationPath === undefined) {
  console.error(
    'Usage: node tools/build/common-passwords.mjs <path of the unpacked @zxcvbn-ts/language-common> <migration to append to>',
  )
  process.exit(2)
}

const { name, version } = JSON.parse(await readFile(join(packagePath, 'package.json'), 'utf8'))
// The licence asks for its whole text in every copy.
const licence = (await readFile(join(packagePath, 'LICENSE.txt'), 'utf8')).trimEnd().replace(/^/gm, '-- ').replace(/ +$/gm, '')
/** @type {string[]} */
const passwords = JSON.parse(await readFile(join(packagePath, 'src', 'passwords.json'), 'utf8'))

// Printable ASCII without the few words that would need an escape in SQL or in JSON, or that look like the end of a statement.
const words = [...new Set(passwords.map((word) => word.toLowerCase()))].filter(
  (word) => word.length >= MIN_LENGTH && /^[ -~]+$/.test(word) && !/["'`\\;]|--/.test(word),
)

/** The most frequent words, in the order of the table's key, which is the quickest to insert. */
const render = (count) =>
  `INSERT OR IGNORE INTO common_passwords (password) SELECT value FROM json_each('${JSON.stringify(words.slice(0, count).sort())}');`

let count = 0
for (let step = 2 ** 14; step >= 1; step /= 2) {
  if (count + step <= words.length && render(count + step).length <= STATEMENT_LIMIT_BYTES) count += step
}

const statement = `--> statement-breakpoint
-- The ${count} commonest passwords of ${MIN_LENGTH} characters and more, in lower case: the head of the list in ${name} ${version}.
-- Written by tools/build/common-passwords.mjs. The list is under the MIT licence:
--
${licence}
${render(count)}
`
await appendFile(migrationPath, statement)
console.log(`Appended ${count} words, ${statement.length} bytes`)
