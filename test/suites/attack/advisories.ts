// The published advisories of comparable projects. Each that applies has cases of its own, which name it; of the others it says
// why not. A flaw of a library counts here as what it would be in this service, whether the version in use has it or not.

interface Advisory {
  readonly project: string
  /** What went wrong there, or why it cannot here. */
  readonly about: string
  readonly applies: boolean
}

const applies = (project: string, flaws: Readonly<Record<string, string>>) => tabulate(project, flaws, true)
const appliesNot = (project: string, reasons: Readonly<Record<string, string>>) => tabulate(project, reasons, false)

export const ADVISORIES: Readonly<Record<string, Advisory>> = {
  ...applies('better-auth', {
    'GHSA-p6v2-xcpg-h6xw': 'limits keyed by the exact text of an IPv6 address',
    'GHSA-3vf6-4wr3-c35q': 'what only the server may ask for was served over HTTP',
    'GHSA-x732-6j76-qmhm': 'repeated slashes led past disabled paths and limits',
    'GHSA-569q-mpph-wgww': 'the first request decided the base URL',
    'GHSA-99h5-pjcv-gr6v': 'a user id in a body was believed without a session',
    'GHSA-392p-2q2v-4372': 'refreshes at once forked the token family',
    'GHSA-7w99-5wm4-3g79': 'one code was redeemed more than once at once',
    'GHSA-hc7v-rggr-4hvx': 'a mailed link was redeemed more than once at once',
    'GHSA-pw9m-5jxm-xr6h': 'a refresh token could be replayed',
    'GHSA-965c-763c-88jm': 'a value made for one purpose was redeemed for another',
    'GHSA-qq9h-g4jm-xgf3': 'an account made before its owner came kept a way in for the one who made it',
    'GHSA-g38m-r43w-p2q7': 'an unverified registration was linked to its owner’s sign-in',
    'GHSA-fmh4-wcc4-5jm3': 'an address that was not proven counted',
    'GHSA-2vg6-77g8-24mp': 'sessions outlived the deletion of their user',
    'GHSA-9h47-pqcx-hjr4': 'alg none was offered',
    'GHSA-44jh-23m7-hpcf': 'limits were overrun by requests at once',
    'GHSA-4vcf-q4xf-f48m': 'somebody else’s credential was deleted by its id',
    'GHSA-wmjr-v86c-m9jj': 'forged cookies ended arbitrary sessions',
    'GHSA-8jhw-6pjj-8723': 'open redirect after verification',
    'GHSA-hjpm-7mrm-26w8': 'open redirect by a URL without a scheme',
    'GHSA-36rg-gfq2-3h56': 'open redirect past the check of origins',
    'GHSA-vp58-j275-797x': 'origins that only looked trusted',
    'GHSA-86j7-9j95-vpqj': 'javascript: as a place to redirect to',
    'GHSA-9x4v-xfq5-m8x5': 'a query parameter became HTML of an error page',
  }),
  ...applies('Auth.js', {
    'GHSA-7rqj-j65f-68wh': 'an at sign that only normalization makes one was mailed past',
    'GHSA-xmf8-cvqr-rfgj': 'a malformed Authorization field was a fault',
    'GHSA-8fpg-xm3f-6cx3': 'a broken configuration let everybody in',
  }),
  ...applies('supabase/auth', {
    'GHSA-3529-5m8x-rpv3': 'X-Forwarded-Host decided where mailed links lead',
    'GHSA-v36f-qvww-8w8m': 'tokens of an attacker’s issuer counted for a victim’s address',
    'GHSA-8r88-6cj9-9fh5': 'ids that were no UUIDs led to other paths (auth-js)',
    'GHSA-5hvv-9cqv-894r': 'a user was made with whatever provider the sign-up named (gotrue)',
  }),
  ...applies('workers-oauth-provider', {
    'GHSA-4pc9-x2fx-p7vj': 'redirect_uri was not validated',
  }),
  ...applies('hono', {
    'GHSA-f67f-6cw9-8mq4': 'algorithm confusion by an unsafe default',
    'GHSA-3vhc-576x-3qv4': 'algorithm confusion where a key names none',
    'GHSA-m732-5p4w-x69g': 'the audience was not checked',
    'GHSA-f577-qrjj-4474': 'a token counted behind any Authorization scheme',
    'GHSA-hm8q-7f3q-5f36': 'times that are no numbers were skipped',
    'GHSA-88fw-hqm2-52qc': 'any origin was reflected, with credentials',
    'GHSA-q7jf-gf43-6x6p': 'Vary of a request reached the answer',
    'GHSA-8j4g-w8fx-2239': 'a list of header fields took quadratic time',
    'GHSA-54fx-42gc-7vw4': 'a language field took more than linear time',
    'GHSA-92vj-g62v-jqhh': 'body limit against Content-Length and Transfer-Encoding',
    'GHSA-9vqf-7f2p-gf9v': 'body limit against chunks',
    'GHSA-rv63-4mwf-qqc2': 'body limit against an understated Content-Length',
    'GHSA-rpfr-3m35-5vx5': 'CSRF by a media type in capitals',
    'GHSA-2234-fmw7-43wr': 'CSRF without a media type',
    'GHSA-xh87-mx6m-69f3': 'the address was what X-Forwarded-For began with',
    'GHSA-r354-f388-2fhh': 'what is no IPv4 address was taken for one',
    'GHSA-xpcf-pg52-r92g': 'IPv4 inside IPv6 was another address',
    'GHSA-xrhx-7g5j-rcj5': 'IPv6 written otherwise was another address',
    'GHSA-9hp6-4448-45g2': 'a path was read from the wrong part of a URL',
    'GHSA-2gcr-mfcq-wcc3': 'encoded paths were cut at the wrong place',
    'GHSA-wmmm-f939-6g9c': 'repeated slashes led past middleware',
    'GHSA-q5qw-h33p-qvwr': '%2F led past middleware to files',
    'GHSA-wwfh-h76j-fc44': '%5C led out of the directory of files',
    'GHSA-3mpf-rcc7-5347': 'dot segments led out of the directory of files',
    'GHSA-w332-q679-j88p': 'any key of the asset store could be read',
    'GHSA-f6gv-hh8j-q8vq': 'path parameters could be overridden in TrieRouter, which this service uses',
    'GHSA-crvj-82cr-hjcx': 'parameters were read behind the fragment',
    'GHSA-r5rp-j6wh-rvv4': 'a cookie’s name was trimmed of more than a browser trims',
    'GHSA-5pq2-9x2x-5p6w': 'attributes injected into Set-Cookie by domain and path',
    'GHSA-3hrh-pfw6-9m5x': 'attributes injected into Set-Cookie by sameSite and priority',
    'GHSA-26pp-8wgv-hjvm': 'names of cookies were not validated',
    'GHSA-p77w-8qqv-26rm': 'one user’s answer was kept for another',
    'GHSA-6wqw-2p9w-4vw4': 'answers were kept against Cache-Control',
    'GHSA-v8w9-8mx6-g223': 'members of a body reached the prototype',
    'GHSA-g6gw-c38x-mqfc': 'members of a body nested without bound',
    'GHSA-9r54-q6cx-xmh5': 'script in an error page',
    'GHSA-458j-xx4x-4375': 'HTML injected by an attribute',
    'GHSA-69xw-7hcm-h432': 'HTML injected by a tag’s name',
    'GHSA-hxh3-vqpv-xpqv': 'text that was not escaped at a boundary',
    'GHSA-w62v-xxxg-mg59': 'text marked as escaped that was not (css)',
    'GHSA-qp7p-654g-cw7p': 'declarations injected into a style',
  }),
  ...applies('jose', {
    'GHSA-58f5-hfqc-jgch': 'padding oracle in CBC',
    'GHSA-4v4g-726h-xvfv': 'padding oracle in CBC (jose-node-esm-runtime)',
    'GHSA-rvcw-f68w-8h8h': 'padding oracle in CBC (jose-node-cjs-runtime)',
    'GHSA-jv3g-j58f-9mq9': 'rounds of PBES2 as many as a header asks for',
    'GHSA-hhhv-q57g-882q': 'encrypted tokens inflated without bound',
  }),
  ...applies('drizzle-orm', {
    'GHSA-gpj5-g38j-94v9': 'quotes in SQL identifiers were not escaped',
  }),
  ...appliesNot('better-auth', {
    'GHSA-xg6x-h9c9-2m83': 'there is no second factor',
    'GHSA-wxw3-q3m9-c3jr': 'there is no sign-in by another provider, so no state',
    'GHSA-cq3f-vc6p-68fh': 'there is no device authorization',
    'GHSA-q84f-53jg-9ppm': 'there is no device authorization',
    'GHSA-p2fr-6hmx-4528': 'tokens are for this service alone, no client asks for a resource',
    'GHSA-xr8f-h2gw-9xh6': 'there are no OAuth clients',
    'GHSA-2g28-66mv-wghh': 'there are no organizations',
    'GHSA-r4xp-prcw-77qf': 'there is no OAuth proxy',
    'GHSA-h3rm-78g3-j7cp': 'nothing is billed',
    'GHSA-j8v8-g9cx-5qf4': 'there is no SCIM',
    'GHSA-rjg6-39jm-rgg4': 'there is no SCIM',
    'GHSA-mx9r-x6ww-qjw9': 'there is no single sign-on',
    'GHSA-5rr4-8452-hf4v': 'there is no single sign-on',
    'GHSA-8c5h-wx78-2cfg': 'there is no single sign-on',
    'GHSA-gv74-j8m3-fg5f': 'there is no single sign-on',
    'GHSA-prpr-5gj3-qqhg': 'there is no single sign-on',
  }),
  ...appliesNot('workers-oauth-provider', {
    'GHSA-qgp8-v765-qxx9': 'there is no authorization code, so no PKCE',
    'GHSA-2h78-5wx8-jccc': 'there is no authorization request, so no state',
  }),
  ...appliesNot('hono', {
    'GHSA-gq3j-xvxp-8hrf': 'secrets are compared by signatures and hashes, never as text; no basic auth',
    'GHSA-p6xx-57qc-3wxr': 'there are no server-sent events',
    'GHSA-xf4j-xp2r-rqqx': 'no static site is generated',
    'GHSA-gqvv-2mrq-wpjv': 'no static site is generated',
    'GHSA-79qm-7rj5-m7r9': 'nothing is proxied',
    'GHSA-hvrm-45r6-mjfj': 'no JSX, so no context of it',
    'GHSA-f23p-vx2j-j53r': 'no JSX, so nothing of it is memoized',
    'GHSA-j6c9-x7qj-28xf': 'not on AWS Lambda',
    'GHSA-wgpf-jwqj-8h8p': 'not on Lambda@Edge',
    'GHSA-xgm2-5f3f-mvvc': 'not on AWS API Gateway',
  }),
  ...appliesNot('Auth.js', {
    'GHSA-x445-f3h2-j279': 'there is no sign-in by another provider',
  }),
}

function tabulate(project: string, texts: Readonly<Record<string, string>>, applies: boolean): Record<string, Advisory> {
  return Object.fromEntries(Object.entries(texts).map(([id, about]) => [id, { project, about, applies }]))
}
