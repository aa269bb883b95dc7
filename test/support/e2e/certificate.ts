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

/** Into a directory that is there. @param hosts names that it is for */
export async function makeCertificate(
  directory: string,
  name: string,
  hosts: readonly string[] = ['localhost'],
): Promise<Certificate> {
  const [path, keyPath] = [join(directory, `${name}.pem`), join(directory, `${name}.key`)]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyPath]
  const leaf = ['-addext', 'basicConstraints=critical,CA:FALSE']
  const subject = [
    '-subj',
    `/CN=${name}`,
    '-addext',
    `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}`,
    '-days',
    '2',
  ]
  await promisify(execFile)('openssl', ['req', '-x509', ...key, ...subject, ...leaf, '-out', path])
  return { path, cert: await readFile(path, 'utf8'), key: await readFile(keyPath, 'utf8') }
}
