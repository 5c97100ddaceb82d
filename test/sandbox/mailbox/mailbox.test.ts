import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Mailbox, type ReceivedMail, startMailbox } from '../../../src/sandbox/mailbox/mailbox.ts'
import { createMailboxPages } from '../../../src/sandbox/mailbox/pages.ts'

let mailbox: Mailbox
let pages: ReturnType<typeof createMailboxPages>
beforeAll(async () => {
  mailbox = await startMailbox(() => Date.parse('2026-11-20T17:00:00Z'))
  pages = createMailboxPages(mailbox)
})
beforeEach(() => pages.request('/api/mails', { method: 'DELETE' }))
afterAll(() => mailbox.close())

const send = () =>
  createTransport({ host: '127.0.0.1', port: mailbox.smtpPort, secure: false, ignoreTLS: true }).sendMail({
    from: 'Fernwood <no-reply@fernwood.example>',
    to: 'nuñez@mail.example',
    messageId: '<one@fernwood.example>',
    subject: 'Tu acceso <b>está</b> listo',
    text: 'Abre http://localhost:8080/fernwood/portal/activate#abc <script>',
    html: '<p style="color:red">Abre <a href="http://localhost:8080/x">el enlace</a></p><script>alert(1)</script>',
  })
const mails = async () =>
  ((await (await pages.request('/api/mails')).json()) as { mails: ReceivedMail[] }).mails
const refuse = (body: unknown) => pages.request('/api/refuse', { method: 'POST', body: JSON.stringify(body) })

test('a mail that was sent can be read by programs', async () => {
  await send()
  expect(await mails()).toMatchObject([
    {
      messageId: '<one@fernwood.example>',
      from: 'no-reply@fernwood.example',
      to: ['nuñez@mail.example'],
      subject: 'Tu acceso <b>está</b> listo',
      receivedAt: Date.parse('2026-11-20T17:00:00Z'),
      text: expect.stringContaining('activate#abc'),
      html: expect.stringContaining('el enlace'),
    },
  ])
})

test('the newest mail comes first, and the page lists it', async () => {
  expect(await (await pages.request('/')).text()).toContain('No mail yet')
  await send()
  await send()
  const text = await (await pages.request('/')).text()
  expect(text.match(/<li /g)).toHaveLength(2)
  expect(text).toContain('Tu acceso &lt;b&gt;está')
})

describe('the page of a mail', () => {
  test('shows the text escaped, with its addresses as links', async () => {
    await send()
    const [mail] = await mails()
    const text = await (await pages.request(`/mails/${mail?.id}`)).text()
    expect(text).toContain('<a href="http://localhost:8080/fernwood/portal/activate#abc">')
    expect(text).toContain('&lt;script&gt;')
    expect(text).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"')
  })

  test('shows the HTML where no script of it can run', async () => {
    await send()
    const [mail] = await mails()
    const response = await pages.request(`/mails/${mail?.id}/html`)
    const csp = response.headers.get('content-security-policy') ?? ''
    expect(csp).toMatch(/^sandbox /)
    expect(csp).toContain("default-src 'none'")
    expect(csp).not.toContain('allow-scripts')
  })

  test('of no mail is a 404', async () => {
    const response = await pages.request('/mails/none')
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toContain('text/html')
  })
})

describe('the server can be told to refuse', () => {
  test.each([
    ['for now', 'temporary', 451],
    ['for good', 'permanent', 550],
  ])('%s', async (_, how, responseCode) => {
    expect((await refuse({ refuse: how })).status).toBe(200)
    await expect(send()).rejects.toMatchObject({ responseCode })
    expect(await mails()).toEqual([])
    await refuse({ refuse: false })
    await send()
    expect(await mails()).toHaveLength(1)
  })

  test('in no other way', async () => {
    const response = await refuse({ refuse: 'sometimes' })
    expect(response.status).toBe(422)
    expect(response.headers.get('content-type')).toContain('application/json')
  })
})
