import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import * as z from 'zod'
import { htmlPage, type Markup, markup } from '../markup.ts'
import { type Mailbox, type ReceivedMail, Refusal } from './mailbox.ts'

/** The page on which people read the demonstration's mails, and JSON for programs. */
export function createMailboxPages(mailbox: Mailbox) {
  return new Hono()
    .get('/', (c) => c.html(listPage(mailbox.list()), 200, HEADERS))
    .get('/mails/:id', (c) => {
      const mail = mailbox.find(c.req.param('id'))
      return mail ? c.html(mailPage(mail), 200, HEADERS) : c.html(missingPage(), 404, HEADERS)
    })
    .get('/mails/:id/html', (c) => {
      const mail = mailbox.find(c.req.param('id'))
      // Links leave the frame: the addresses they lead to refuse to be framed.
      return mail ? c.html(`<base target="_blank">${mail.html}`, 200, MAIL_HEADERS) : c.notFound()
    })
    .get('/mailbox.css', (c) => c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }))
    .get('/api/mails', (c) => c.json({ mails: mailbox.list() }))
    .delete('/api/mails', (c) => {
      mailbox.empty()
      return c.body(null, 204)
    })
    .post('/api/refuse', async (c) => {
      const order = Refusal.safeParse(await c.req.json().catch(() => undefined))
      if (!order.success) return c.json({ error: z.prettifyError(order.error) }, 422)
      mailbox.refuse(order.data.refuse)
      return c.json({ ok: true })
    })
}

const layout = (title: string, body: Markup) =>
  htmlPage(title, markup`<link rel="stylesheet" href="/mailbox.css" />`, markup`<main>${body}</main>`)

const listPage = (mails: readonly ReceivedMail[]) =>
  layout(
    'Mailbox',
    markup`<h1>Mailbox</h1>
      <p>Every mail that the demonstration sends ends here, whoever it is for.</p>
      ${
        mails.length === 0
          ? markup`<p class="box">No mail yet. Reload this page after something was sent.</p>`
          : markup`<ul>
              ${mails.map(listItem)}
            </ul>`
      }`,
  )

const listItem = (mail: ReceivedMail) =>
  markup`<li class="box">
    <a href="/mails/${mail.id}">${mail.subject || 'No subject'}</a>
    <span>To ${mail.to.join(', ')}</span> <span>${timeOf(mail)}</span>
  </li>`

const mailPage = (mail: ReceivedMail) =>
  layout(
    mail.subject || 'No subject',
    markup`<p><a href="/">Mailbox</a></p>
      <h1>${mail.subject || 'No subject'}</h1>
      <p>From ${mail.from} to ${mail.to.join(', ')}, ${timeOf(mail)}</p>
      <h2 id="text">As text</h2>
      <pre class="box" tabindex="0" role="region" aria-labelledby="text">${linked(mail.text)}</pre>
      ${
        mail.html
          ? markup`<h2>As HTML</h2>
              ${frame(mail)}`
          : ''
      }`,
  )

const frame = (mail: ReceivedMail) =>
  markup`<iframe
    class="box"
    title="The mail as HTML"
    src="/mails/${mail.id}/html"
    sandbox="${SANDBOX}"
  ></iframe>`

const missingPage = () =>
  layout(
    'No such mail',
    markup`<h1>No such mail</h1>
      <p><a href="/">Mailbox</a></p>`,
  )

const timeOf = (mail: ReceivedMail) =>
  `${new Date(mail.receivedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** Addresses become links; everything is escaped by `markup`. */
const linked = (text: string) =>
  text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part, index) => (index % 2 === 1 ? markup`<a href="${part}">${part}</a>` : part))

const SANDBOX = 'allow-popups allow-popups-to-escape-sandbox'
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}
/** A mail may style itself and nothing else, also when it is opened outside the frame. */
const MAIL_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': `sandbox ${SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:`,
}
const STYLE = readFileSync(new URL('mailbox.css', import.meta.url), 'utf8')
