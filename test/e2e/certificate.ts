// A self-signed certificate for a server of the tests, made anew each time.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Certificate {
  /** Of the certificate in PEM. */
  readonly path: string
  readonly cert: string
  readonly key: string
}

/** For the name `localhost`, into a directory that is there. */
export async function makeCertificate(directory: string, name: string): Promise<Certificate> {
  const [path, keyPath] = [join(directory, `${name}.pem`), join(directory, `${name}.key`)]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyPath]
  const leaf = ['-addext', 'basicConstraints=critical,CA:FALSE']
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost', '-days', '2']
  await promisify(execFile)('openssl', ['req', '-x509', ...key, ...subject, ...leaf, '-out', path])
  return { path, cert: await readFile(path, 'utf8'), key: await readFile(keyPath, 'utf8') }
}
