// What a person sees, in a real browser: the mailbox, the page behind the mailed link, the API reference. The screenshots in
// test-results/ are for looking at, nothing compares them.
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inProject } from '../../../tools/project.ts'
import { launchBrowser, requireContractOf } from '../../support/e2e/browser.ts'
import { mailedLink } from '../../support/e2e/mailed-link.ts'
import { type Server, startServer } from '../../support/e2e/server.ts'

const PASSWORD = 'correct horse battery'
const V1_OPERATIONS = [
  'delete /api/v1/auth/me',
  'delete /api/v1/auth/pin',
  'delete /api/v1/auth/sessions/{id}',
  'get /api/v1/auth/activity',
  'get /api/v1/auth/me',
  'get /api/v1/auth/sessions',
  'get /api/v1/auth/verify-email',
  'patch /api/v1/auth/me',
  'post /api/v1/auth/change-email',
  'post /api/v1/auth/change-password',
  'post /api/v1/auth/confirm-email-change',
  'post /api/v1/auth/forgot-password',
  'post /api/v1/auth/login',
  'post /api/v1/auth/logout',
  'post /api/v1/auth/reauthenticate',
  'post /api/v1/auth/refresh',
  'post /api/v1/auth/register',
  'post /api/v1/auth/resend-verification',
  'post /api/v1/auth/reset-password',
  'post /api/v1/auth/revoke-all',
  'post /api/v1/auth/undo-email-change',
  'put /api/v1/auth/pin',
]

let server: Server
let browser: Browser
let page: Page
let complaints: string[]
let foreignRequests: string[]
let answers: Promise<void>[]

beforeAll(async () => {
  server = await startServer()
  browser = await launchBrowser()
})
afterAll(() => Promise.all([browser?.close(), server?.stop()]))

beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 900, height: 700 }, reducedMotion: 'reduce' })
  complaints = []
  foreignRequests = []
  answers = []
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // The console also tells of statuses such as 400, which are the subject of some tests.
    const isStatus = message.text().startsWith('Failed to load resource: the server responded')
    if (['error', 'warning'].includes(message.type()) && !isStatus) complaints.push(message.text())
  })
  page.on('request', (request) => {
    const isOwn = request.url().startsWith(`${server.url}/`) || request.url().startsWith('data:')
    if (!isOwn) foreignRequests.push(request.url())
  })
  page.on('response', (answer) => answers.push(requireContractOf(answer)))
})
// A violated Content-Security-Policy is a complaint on the console.
afterEach(async () => {
  await Promise.all(answers)
  await page.close()
  expect(complaints).toEqual([])
  expect(foreignRequests).toEqual([])
})

/** By another program than the browser. */
async function register(email: string, username: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const agent = { 'User-Agent': `Ada's <b>browser</b>/1.0` }
  expect((await post('/register', { email, username, password: PASSWORD }, { ...agent, ...headers })).status).toBe(201)
}

/** As a page of this origin does it, so that the browser keeps the cookie. The reference is one that may ask. */
async function registerHere(email: string, username: string): Promise<void> {
  await page.goto(`${server.url}/docs`)
  const body = JSON.stringify({ email, username, password: PASSWORD })
  const init = JSON.stringify({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
  expect(await page.evaluate(`fetch('/api/v1/auth/register', ${init}).then(({ status }) => status)`)).toBe(201)
}

function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${server.url}/api/v1/auth${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

const signInStatus = async (email: string) => (await post('/login', { email, password: PASSWORD })).status
const takeScreenshot = (name: string) => page.screenshot({ path: inProject('test-results', `${name}.png`), fullPage: true })

/** Title, language, one heading, one main landmark: what a screen reader goes by. */
async function expectStructure(heading: string, lang = 'en'): Promise<void> {
  // A click does not wait for the page that it leads to.
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
  expect(await page.title()).toBe(heading)
  expect(await page.locator('html').getAttribute('lang')).toBe(lang)
  expect(await page.getByRole('heading', { level: 1 }).allInnerTexts()).toEqual([heading])
  expect(await page.getByRole('main').count()).toBe(1)
}

/** WCAG 2.2 §1.4.10: at 320 CSS pixels nothing needs scrolling sideways. */
async function expectNoSidewaysScrolling(): Promise<void> {
  await page.setViewportSize({ width: 320, height: 640 })
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320)
}

describe('the page behind the mailed link', () => {
  it('is reached from the mailbox where it was registered, and changes nothing until its button is pressed, by keyboard', async () => {
    await registerHere('ada@example.com', 'Ada Lovelace')
    await page.goto(`${server.url}/dev/mailbox`)
    await page.getByRole('link', { name: /verify-email\?token=/ }).click()

    await expectStructure('Confirm your e-mail address')
    expect(await page.getByRole('term').allInnerTexts()).toEqual(['Address', 'Username', 'Requested', 'From', 'With'])
    expect(await page.getByRole('definition').allInnerTexts()).toEqual([
      'ada@example.com',
      'Ada Lovelace',
      expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/),
      expect.stringMatching(/^127\.0\.0\.1$|^::1$/),
      expect.stringContaining('Chrome'),
    ])
    await takeScreenshot('confirm')
    expect(await signInStatus('ada@example.com')).toBe(401)

    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Confirm this address')
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid')
    await takeScreenshot('confirm-focused')
    await page.keyboard.press('Enter')

    await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()
    await expectStructure('Your address is confirmed')
    await takeScreenshot('confirmed')
    expect(await signInStatus('ada@example.com')).toBe(200)
  })

  it('asks another browser for the password of the registration, and says what is wrong', async () => {
    await register('other@example.com', 'Other Browser')
    await page.goto((await mailedLink(server.url, 'other@example.com')).href)
    await expectStructure('Confirm your e-mail address')
    expect(await page.getByRole('definition').allInnerTexts()).toContain(`Ada's <b>browser</b>/1.0`)
    const field = page.getByLabel('Password')
    expect(await field.getAttribute('aria-describedby')).toBe('hint')
    await takeScreenshot('confirm-elsewhere')

    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.id')).toBe('password')
    await page.keyboard.type('not this one')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toBe('This is not the password of the registration.')
    expect(await signInStatus('other@example.com')).toBe(401)
    await expectNoSidewaysScrolling()
    await takeScreenshot('confirm-refused-narrow')

    await field.fill(PASSWORD)
    await page.getByRole('button', { name: 'Confirm this address' }).click()
    await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()
    expect(await signInStatus('other@example.com')).toBe(200)
  })

  it('lets another browser choose a new password, in the language of the mail', async () => {
    await register('nueva@example.com', 'nueva', { 'Accept-Language': 'es' })
    await page.goto((await mailedLink(server.url, 'nueva@example.com')).href)
    await expectStructure('Confirma tu correo electrónico', 'es')
    await page.getByRole('link', { name: 'Prefiero elegir una contraseña nueva' }).click()
    await page.getByLabel('Contraseña nueva').fill('corta')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toBe('La contraseña debe tener al menos 8 caracteres.')
    await takeScreenshot('confirm-new-password-spanish')

    await page.getByLabel('Contraseña nueva').fill('quite another one')
    await page.getByRole('button', { name: 'Guardar la contraseña y confirmar' }).click()
    await page.getByRole('heading', { name: 'Tu dirección está confirmada' }).waitFor()
    await expectStructure('Tu dirección está confirmada', 'es')
    expect(await signInStatus('nueva@example.com')).toBe(401)
    expect((await post('/login', { email: 'nueva@example.com', password: 'quite another one' })).status).toBe(200)
  })

  it('confirms no stranger’s registration by a press, in a browser that has registered the same address', async () => {
    await register('wanted@example.com', 'stranger')
    const strangers = await mailedLink(server.url, 'wanted@example.com')
    await registerHere('wanted@example.com', 'owner')
    await page.goto(strangers.href)
    await expectStructure('Confirm your e-mail address')
    expect(await page.getByLabel('Password').count()).toBe(1)

    await page.goto((await mailedLink(server.url, 'wanted@example.com')).href)
    expect(await page.getByLabel('Password').count()).toBe(0)
    await page.getByRole('button', { name: 'Confirm this address' }).click()
    await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()
  })

  it('says that an address is confirmed when its link is opened again', async () => {
    await registerHere('twice@example.com', 'twice')
    const link = await mailedLink(server.url, 'twice@example.com')
    await page.goto(link.href)
    await page.getByRole('button', { name: 'Confirm this address' }).click()
    await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()

    await page.goto(link.href)

    await expectStructure('Your address is confirmed')
    expect(await page.getByRole('button').count()).toBe(0)
  })

  it('explains itself when the link does not work', async () => {
    const reply = await page.goto(`${server.url}/verify-email?token=${'0'.repeat(64)}`)

    expect(reply?.status()).toBe(400)
    await expectStructure('This link does not work')
    expect(await page.getByRole('main').textContent()).toContain('You can ask for a new one or register again.')
    await takeScreenshot('bad-link')
  })

  it('fits a narrow screen, light or dark', async () => {
    await register(`${'a'.repeat(64)}@${'long-label.'.repeat(10)}example`, 'x'.repeat(64))
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.goto((await mailedLink(server.url, `${'a'.repeat(64)}@${'long-label.'.repeat(10)}example`)).href)

    await expectNoSidewaysScrolling()
    await takeScreenshot('confirm-narrow-dark')
  })
})

describe('the pages of an account’s later life', () => {
  const json = { 'Content-Type': 'application/json' }

  async function createAccount(email: string): Promise<void> {
    await registerHere(email, email.split('@')[0] ?? '')
    await page.goto((await mailedLink(server.url, email)).href)
    await page.getByRole('button').click()
    await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()
  }

  it('set a new password, by keyboard, and say what is wrong with one that is refused', async () => {
    await createAccount('forgetful@example.com')
    await post('/forgot-password', { email: 'forgetful@example.com' })
    await page.goto((await mailedLink(server.url, 'forgetful@example.com')).href)
    await expectStructure('Set a new password')
    await takeScreenshot('reset')

    await page.keyboard.press('Tab')
    await page.keyboard.type('short')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toBe('The password must have at least 8 characters.')
    expect(page.url()).toBe(`${server.url}/reset-password?lang=en`)
    await expectNoSidewaysScrolling()
    await takeScreenshot('reset-refused-narrow')

    await page.getByLabel('New password').fill('quite another one')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Your password is changed' }).waitFor()
    await expectStructure('Your password is changed')
    await takeScreenshot('reset-done')
    expect(await signInStatus('forgetful@example.com')).toBe(401)
    expect((await post('/login', { email: 'forgetful@example.com', password: 'quite another one' })).status).toBe(200)
  })

  it('move an account to another address, and take it back', async () => {
    await createAccount('from@example.com')
    const grant = (await (await post('/login', { email: 'from@example.com', password: PASSWORD })).json()) as {
      access_token: string
    }
    const authorization = { ...json, Authorization: `Bearer ${grant.access_token}` }
    expect((await post('/change-email', { email: 'to@example.com', password: PASSWORD }, authorization)).status).toBe(200)

    await page.goto((await mailedLink(server.url, 'to@example.com')).href)
    await expectStructure('Confirm your new e-mail address')
    await takeScreenshot('move')
    await page.getByRole('button', { name: 'Use this address' }).click()
    await page.getByRole('heading', { name: 'Your address is changed' }).waitFor()
    expect(await signInStatus('to@example.com')).toBe(200)

    await page.goto((await mailedLink(server.url, 'from@example.com')).href)
    await expectStructure('Take the change back')
    await takeScreenshot('undo')
    await page.getByRole('button', { name: 'Take the change back' }).click()
    await page.getByRole('heading', { name: 'Your address is back' }).waitFor()
    await takeScreenshot('undone')
    expect(await signInStatus('to@example.com')).toBe(401)
    await page.goto((await mailedLink(server.url, 'from@example.com')).href)
    await expectStructure('Set a new password')
  })
})

describe('the development mailbox', () => {
  it('shows mail newest first, and only that to an address when asked', async () => {
    await register('grace@example.com', 'grace')
    await register('edsger@example.com', 'edsger')
    await page.goto(`${server.url}/dev/mailbox`)

    await expectStructure('Development mailbox')
    const recipients = page.locator('article dl dd:first-of-type')
    expect((await recipients.allInnerTexts()).slice(0, 2)).toEqual(['edsger@example.com', 'grace@example.com'])
    expect(await page.getByRole('article').first().getByRole('heading', { level: 2 }).textContent()).toBe(
      'Confirm your e-mail address',
    )
    await takeScreenshot('mailbox')

    await page.getByRole('textbox', { name: 'Only to' }).fill('Grace@Example.com')
    await page.keyboard.press('Enter')
    await page.waitForURL(/to=/)

    expect(await recipients.allInnerTexts()).toEqual(['grace@example.com'])
    await expectNoSidewaysScrolling()
    await page.frameLocator('iframe').getByRole('heading').waitFor()
    await takeScreenshot('mailbox-narrow')
  })

  it('shows a mail as its reader would see it, in the reader’s language, with a link that can be pressed', async () => {
    const language = { 'Accept-Language': 'tr-TR,tr;q=0.9,en;q=0.8' }
    await post('/register', { email: 'beyhan@example.com', username: 'Beyhan Oğur', password: PASSWORD }, language)
    await page.goto(`${server.url}/dev/mailbox?to=beyhan@example.com`)

    const mail = page.frameLocator('iframe')
    await mail.getByRole('heading', { name: 'E-posta adresinizi doğrulayın', exact: true }).waitFor()
    expect(await mail.locator('html').getAttribute('lang')).toBe('tr')
    await takeScreenshot('mailbox-html-turkish')
    await mail.getByRole('link', { name: /verify-email\?token=/ }).click()

    await expectStructure('E-posta adresinizi doğrulayın', 'tr')
    expect(new URL(page.url()).pathname).toBe('/verify-email')
    await takeScreenshot('confirm-turkish')
  })

  it('runs and loads nothing of what a mail holds', async () => {
    await register('framed@example.com', 'framed')
    await page.goto(`${server.url}/dev/mailbox?to=framed@example.com`)
    const frame = page.locator('iframe')

    expect(await frame.getAttribute('sandbox')).toBe('allow-top-navigation-by-user-activation')
    expect(await page.evaluate("document.querySelector('iframe').contentDocument")).toBeNull()
  })

  it('says so when there is no mail', async () => {
    await page.goto(`${server.url}/dev/mailbox?to=nobody@example.com`)

    expect(await page.getByRole('main').textContent()).toContain('No mail to this address yet.')
  })
})

describe('the API reference at /docs', () => {
  it('renders every operation of v1, from this origin alone', async () => {
    await page.goto(`${server.url}/docs`)
    await page.locator('.opblock').first().waitFor()

    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    expect(await page.getByRole('heading', { name: /^Postern/ }).count()).toBe(1)
    const methods = await page.locator('.opblock-summary-method').allInnerTexts()
    // Swagger UI puts invisible break opportunities into paths.
    const paths = (await page.locator('.opblock-summary-path').allInnerTexts()).map((path) => path.replaceAll('\u200b', ''))
    const operations = paths.map((path, index) => `${methods[index]?.toLowerCase()} ${path}`)
    expect(operations.filter((operation) => operation.includes('/api/v1/')).sort()).toEqual(V1_OPERATIONS)
    await takeScreenshot('docs')
  })

  it('opens an operation to its body and answers', async () => {
    await page.goto(`${server.url}/docs`)
    await page.locator('.opblock', { hasText: 'register' }).locator('.opblock-summary-control').click()

    const opened = page.locator('.opblock.is-open')
    await opened.getByText('Request body').waitFor()
    const statuses = await opened.locator('tr.response .response-col_status').allInnerTexts()
    expect(statuses.map((status) => status.trim())).toEqual(expect.arrayContaining(['201', '400', '409']))
    await takeScreenshot('docs-register')
  })
})
