// The password below as real libraries stored it, each by its own encoder; what a row was made with stands in its name. Keycloak
// and Django's scrypt are not here as libraries: their rows are in the forms that they document, with hashes by Python's hashlib.

export const PASSWORD = 'Beyhan Oğur 🔑'

export const MADE_BY_LIBRARIES: readonly (readonly [maker: string, stored: string])[] = [
  ['node-argon2 0.45', '$argon2id$v=19$m=1024,p=2,t=2$VoWq4fEUXNdL/34HgyiNxA$Ie1gsQUIdKFcD31UaLZU7hgnBWtftZbb+MGNrA8WiGc'],
  ['argon2-cffi 21.1', '$argon2id$v=19$m=256,t=2,p=2$VH2MNyIMy7GxE8wM3wIUkg$aJDm4I2VxebpR1lVAKrkuA'],
  [
    'argon2-cffi 21.1 by version 1.0 of Argon2',
    '$argon2id$v=16$m=256,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$tIK18dh7dZmK9rMJihkvfjE5NzN6KxAOHqvwBgDLHUE',
  ],
  [
    'PHP 8.2, password_hash() with argon2id',
    '$argon2id$v=19$m=256,t=2,p=1$N045ZlZ3cW9iZ2JUcG5oNg$ZZ4a6rueH25z0ASDTGKFslF0kjrdfzdnoZh9qjnbzHc',
  ],
  ['PHP 8.2, password_hash() with bcrypt', '$2y$05$6wBc7zNSu7goZMdaXcefgeRzzZhQBj.BPtXr56SvmVSpKOfvQfHfK'],
  [
    'Go, golang.org/x/crypto/argon2',
    '$argon2id$v=19$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$8PcSg+G5RPpXc4vLFdIXAOa2VPJV42O/e24zYn43rjk',
  ],
  [
    'Go, golang.org/x/crypto/argon2, base64 with padding',
    '$argon2id$v=19$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg==$8PcSg+G5RPpXc4vLFdIXAOa2VPJV42O/e24zYn43rjk=',
  ],
  ['Go, golang.org/x/crypto/bcrypt', '$2a$05$grkDft0MMLaIPQOyXsThQ.4DUM3Qcgg3ESWmW9FHqhuPVyI7TW8CW'],
  ['hash-wasm 4.13', '$argon2id$v=19$m=256,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$FDAKxbvVB/B/MZX7VK/J1fdk/x4LwmRb4w2yDJV4bSk'],
  ['bcryptjs 3.0, as Auth0, Clerk and Supabase store passwords', '$2b$05$E3Aaub9LMaw1kY..urHKA.rPpZawGpQJ5gU91fod4enay2WBht5b.'],
  ['passlib 1.7, argon2', '$argon2id$v=19$m=256,t=2,p=2$ey+l9N77H8MY49z7v/feew$GGlvDk0iT1L9FbN8UlAEFw'],
  ['passlib 1.7, bcrypt', '$2b$05$LBIAgZfYdp6R9XD1CFHXJOCZsQAUVcYo2tzhAy3hXixfcrupGbZBm'],
  ['passlib 1.7, bcrypt_sha256', '$bcrypt-sha256$v=2,t=2b,r=5$nXLhCGOXW8.wft7rNX0oa.$E2MPqZ56e4nxth7wb8V.b3y4PwO8gpm'],
  ['passlib 1.7, scrypt', '$scrypt$ln=8,r=8,p=1$hdA6h1DKeY8RAuB8L+V8rw$MaSDNx92mD33IED4sTn/xUvjdby49MvmhK7CEsEqR/8'],
  ['passlib 1.7, pbkdf2_sha1', '$pbkdf2$1200$s9ba27v3/j8HQKiVslaqlQ$A6w6W1daSb7S0uaw88KVNsRodXs'],
  ['passlib 1.7, pbkdf2_sha256', '$pbkdf2-sha256$1200$5VwLAWCstZYSojQm5Lx3Lg$/rjC.92FKhNqIszvncO/Vq9TCW8JyMp5Hh4ILRhPRhk'],
  [
    'passlib 1.7, pbkdf2_sha512',
    '$pbkdf2-sha512$1200$y3mvdc6Zk5Ky9n6P0VoLoQ$HM14DGzlA4Lecvt7MHbXUgMqfts8SrqHzigXjErwrIYLlyDC4JUZYMu6PJgCni/wjImXJGDPg28/Yw6Jj.NZVA',
  ],
  [
    '@phc/pbkdf2 1.1',
    '$pbkdf2-sha512$i=1200$ucHilZuCGFWy6qqpcSR6IA$jNEAaG3huB93twWTMvBWz7dOaYuk5rBkPgchZ2bu/7hCETZTewbEnDEhSZZaKhVqq9XCbhZoYCen3grtW5FeAg',
  ],
  ['Django 3.2, PBKDF2', 'pbkdf2_sha256$1200$6uZFW47x0YYoVThgVGhm3P$UNBzBAK8YD/m2ME6NZr+swMmaVWCCThzKC1ilsQlmgk='],
  ['Django 3.2, PBKDF2 with SHA-1', 'pbkdf2_sha1$1200$MnGce269yI6SPHuaqQE3OU$HZcobObM3NOo5HTBSHO2JRDzHtI='],
  ['Django 3.2, Argon2', 'argon2$argon2id$v=19$m=256,t=2,p=2$VGR6eTBodjZmekphYkZoekRucnJ3OQ$ZIisr7xt2r3wwDlEWRri8Q'],
  ['Django 3.2, bcrypt with SHA-256', 'bcrypt_sha256$$2b$05$q3/Q/9P.OvvbOAJPLAt65eL/Nu9m6qrmqXtEbJXYKr84OFM3sVP6m'],
  ['Django 3.2, bcrypt', 'bcrypt$$2b$05$Uw/fYv9fpKv0FiPbYbsOnOZ5Jxxp3kYOjviBnCIx6U3Dg/fqX.RXu'],
  [
    'Django’s form of scrypt',
    'scrypt$saltsaltsalt$1024$8$5$5xh+iKtCAO9vehWyfcToo0cEzBibj8XEJJ04nfOcFRi9yLrS2KMHDu1n22ggW5Oiw11I5sxXoRIcCCuJPxFh0A==',
  ],
  [
    'better-auth 1.7',
    '890c083713938d00e53c9681388c6ee3:e139348770f7e954c5f83f8ddaf99f2756c30ad972156352d67e25660f569cada4f4710551685da9afb0ac1be74bea67be809d950b8ccdf7bcf96300d960fa20',
  ],
]

const SIGNER_KEY = 'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=='
const FIREBASE_HASH = 'rOGLyELQiSsWzR1o/OjJgFR+0CE001DU1QpdNeeeMxBpl3pVGWAkR5PC+mnWcuHIY7Za16jLJ0+rweCAqXc9bA=='
const FIREBASE_SALT = '42xEC+ixf3L2lw=='

/** The same password as their exports have it. */
export const EXPORTED: readonly (readonly [maker: string, hash: unknown])[] = [
  [
    'base64 of the whole string',
    'JGFyZ29uMmlkJHY9MTkkbT0yNTYsdD0yLHA9MiRNREV5TXpRMU5qYzRPV0ZpWTJSbFpnPT0kOFBjU2crRzVSUHBYYzR2TEZkSVhBT2EyVlBKVjQyTy9lMjR6WW40M3Jqaz0=',
  ],
  [
    'Firebase (firebase-scrypt 2.2), its user and its project’s hash parameters',
    {
      passwordHash: FIREBASE_HASH,
      salt: FIREBASE_SALT,
      base64_signer_key: SIGNER_KEY,
      base64_salt_separator: 'Bw==',
      rounds: 8,
      mem_cost: 8,
    },
  ],
  [
    'Firebase by its Admin SDK, in base64url',
    {
      passwordHash: FIREBASE_HASH.replaceAll('+', '-').replaceAll('/', '_'),
      salt: FIREBASE_SALT.replaceAll('+', '-'),
      signerKey: SIGNER_KEY,
      saltSeparator: 'Bw==',
      rounds: 8,
      memCost: 8,
    },
  ],
  ['Supabase, of a user from Firebase', `$fbscrypt$v=1,n=8,r=8,p=1,ss=Bw==,sk=${SIGNER_KEY}$${FIREBASE_SALT}$${FIREBASE_HASH}`],
  [
    'passport-local-mongoose 9.2',
    {
      salt: '43e295ea24afa17092e9f91f4816585ed03d3283987c8e8ba6ec63aca563400a',
      hash: '35fe9c75fce9a6463319351ffc2c4b35b2432cfc9171baf50b652b0593988e9c9aee36d537aa71cebadbf6f0914c8ec55c0ad3aaa66e18026073fd1f9f80e6c795fa76de1b8c2858975caddf11c2004d52458ac2c6e4469f9b05b4fe53e063c9d05d6b0e2420b86666cccfea064060bf2ca72472cae4c8cd5a1fda002bbe5564a38055dcb419f759c05ca61ecc59624412e5ef05f5461cc86e8baeec568eba98ddc54ef7ade3893fb183c61d26fd875cbb75d630b48df0de8ddc9f848a46588cca2c7e07d4f595460160ad95c322f0a9aedb6f7f44960eed7fde09c079de7b64107b8cf2b4ca0db48d29e1b27a639b0ebea4c90786f332974d710eee4d8a53dd751c67e9591c6fa9f0a10de0553b7ffead715b7b5687df7355c921e66f1aa2f9351e1facd34bb1f53287a73451f4a04fa4f1eb074d27ce07482bde93ad6431eec116c906f039fc2e394c67cbcfaee14e356acc2ae4e18be36c0f0f2da760569cddd861a34f2571f35f5a2d0037bf959f90ceb5742af42817590fcd52b4f8b36f534a08660eef4738691143fe85020433034e2856015307b24cb1450b3ef679a4a1efdf40414f3dc2b510881f164c7633d9fafac090b096c4f0dd4ec7f1912cdf5a7a271df23f3b7d958e5dd639ab42a6495343608628246d32a0666e664c0e33021ea392a35fe7ffb0b667bdc8324bd70554b249ff5f9c5b79f7b0e7ca34f4bb',
    },
  ],
  ['Clerk, bcrypt', { password_hasher: 'bcrypt', password_digest: '$2b$05$E3Aaub9LMaw1kY..urHKA.rPpZawGpQJ5gU91fod4enay2WBht5b.' }],
  [
    'Clerk, pbkdf2_sha256, its salt in base64',
    {
      password_hasher: 'pbkdf2_sha256',
      password_digest: 'pbkdf2_sha256$1200$NnVaRlc0N3gwWVlvVlRoZ1ZHaG0zUA==$UNBzBAK8YD/m2ME6NZr+swMmaVWCCThzKC1ilsQlmgk=',
    },
  ],
  [
    'Clerk, pbkdf2_sha1, in hex',
    {
      password_hasher: 'pbkdf2_sha1',
      password_digest: 'pbkdf2_sha1$1200$MnGce269yI6SPHuaqQE3OU$1d97286ce6ccdcd3a8e474c14873b62510f31ed2',
    },
  ],
  [
    'Clerk, scrypt_firebase',
    { password_hasher: 'scrypt_firebase', password_digest: `${FIREBASE_HASH}$${FIREBASE_SALT}$${SIGNER_KEY}$Bw==$8$8` },
  ],
  [
    'Keycloak, pbkdf2-sha256 with a key longer than the digest',
    {
      type: 'password',
      secretData:
        '{"value":"2t5/5xpOUF6TYCmPgbLwyZM66cc6NlEzo8L2rENngrnU4l6C1Zv60XTtNM2ZVfSWDGLC8avCzS5uegK6NEvI+g==","salt":"AAECAwQFBgcICQoLDA0ODw==","additionalParameters":{}}',
      credentialData: '{"hashIterations":27500,"algorithm":"pbkdf2-sha256","additionalParameters":{}}',
    },
  ],
  [
    'Keycloak, pbkdf2-sha512, its members as objects',
    {
      id: '2ff4b4d0-fd72-4c6e-9684-02ab337687c2',
      type: 'password',
      createdDate: 1767604673211,
      secretData: {
        value: 'ysOpj8j9mDyAxjuPTslivZB+F3/2fop/plneSSpyKIfiYY0hYgiMirCRlUkIz/+ovtWpo0RCoPshFh8Cs08+mA==',
        salt: 'AAECAwQFBgcICQoLDA0ODw==',
      },
      credentialData: { hashIterations: 1200, algorithm: 'pbkdf2-sha512' },
    },
  ],
  [
    'Keycloak, pbkdf2',
    {
      type: 'password',
      secretData:
        '{"value":"EtwOQ7GDyIF/X+maAL79zAJvTat1nUHgPAOPyg/Bam/CkiaJDwV5VKhggPtp2lADW748d83F1TEcohXx4SnhHg==","salt":"AAECAwQFBgcICQoLDA0ODw=="}',
      credentialData: '{"hashIterations":20000,"algorithm":"pbkdf2"}',
    },
  ],
  [
    'Keycloak, argon2',
    {
      type: 'password',
      secretData:
        '{"value":"FDAKxbvVB/B/MZX7VK/J1fdk/x4LwmRb4w2yDJV4bSk=","salt":"AAECAwQFBgcICQoLDA0ODw==","additionalParameters":{}}',
      credentialData:
        '{"hashIterations":2,"algorithm":"argon2","additionalParameters":{"hashLength":["32"],"memory":["256"],"type":["id"],"version":["1.3"],"parallelism":["1"]}}',
    },
  ],
]
