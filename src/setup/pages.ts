import { html as markup } from 'hono/html'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NoticePage } from '../http/pages.ts'
import { OptionError } from './options.ts'
import type { Finding } from './schema.ts'

type Markup = ReturnType<typeof markup>

const HERE = fileURLToPath(new URL('./page/', import.meta.url))
const LOOK = fileURLToPath(new URL('../../web-components/ui/', import.meta.url))
const SHEETS = ['tokens', 'base', 'button', 'card', 'notice', 'frame', 'field', 'form', 'steps', 'readiness']
const SCRIPTS = ['setup.js', 'parts.js', 'steps.js', 'answers.js']

/**
 * Files of the page: the product's own sheets, so that it looks like it without a build, and the scripts.
 * @throws OptionError where only what the service needs was copied
 */
export function readPageFiles(look = LOOK): Map<string, { type: string; text: string }> {
  const sheets = SHEETS.map((name) => join(look, `${name}.css`))
  if (!sheets.every((path) => existsSync(path)))
    throw new OptionError(`${look} is not there: run set-up where all of Portico is, not only the service.`)
  const css = [...sheets, join(HERE, 'setup.css')].map((path) => readFileSync(path, 'utf8')).join('\n')
  return new Map([
    ['setup.css', { type: 'text/css; charset=utf-8', text: css }],
    ...SCRIPTS.map((name): [string, { type: string; text: string }] => [
      name,
      { type: 'text/javascript; charset=utf-8', text: readFileSync(join(HERE, name), 'utf8') },
    ]),
  ])
}

/** The page of the steps: everything in it is drawn by its script, which alone knows the one-time token. */
export const setupPage = () =>
  page(
    'Set-up · Portico',
    markup`<main class="page" id="setup" tabindex="-1">
      <noscript><p class="lead">This page needs JavaScript. Without it, answer in the terminal: npm run setup</p></noscript>
    </main>`,
    markup`<script type="module" src="/setup/files/setup.js"></script>`,
  )

/** What the person reads who has launched from the EMR. */
export const launchedPage = (title: string, findings: Finding[], then: string) =>
  page(
    title,
    markup`<main class="page column stack">
      <h1>${title}</h1>
      <ul class="findings">
        ${findings.map(({ mood, text }) => markup`<li class="${mood}"><span class="mark" aria-hidden="true"></span><span>${text}</span></li>`)}
      </ul>
      <p>${then} You can close this page.</p>
    </main>`,
  )

export const noticePage = ({ title, paragraphs }: Pick<NoticePage, 'title' | 'paragraphs'>) =>
  page(
    title,
    markup`<main class="page column stack"><h1>${title}</h1>${paragraphs.map((text) => markup`<p class="lead">${text}</p>`)}</main>`,
  )

const page = async (title: string, body: Markup, script: Markup | string = ''): Promise<string> =>
  String(
    await markup`<!doctype html>
      <html lang="en" data-audience="staff">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="robots" content="noindex" />
          <title>${title}</title>
          <link rel="icon" href="data:," />
          <link rel="stylesheet" href="/setup/files/setup.css" />
          ${script}
        </head>
        <body>
          <header class="topbar">
            <div class="in">
              <span class="brand">
                <svg class="arch" viewBox="0 0 30 34" aria-hidden="true">
                  <path d="M2 33V15C2 7 8 1 15 1s13 6 13 14v18H2Z" fill="currentColor" />
                  <path d="M9 33V17c0-4 2.5-7 6-7s6 3 6 7v16H9Z" class="door" />
                </svg>
                Portico
              </span>
              <span class="soft push">Set-up</span>
            </div>
          </header>
          ${body}
        </body>
      </html>`,
  )
