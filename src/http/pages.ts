import { html as markup, raw } from 'hono/html'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { ConfigError } from '../config.ts'

const Manifest = z.object({
  version: z.string(),
  integrity: z.string(),
  entries: z.object({
    portal: z.string(),
    staff: z.string(),
    slip: z.string(),
    frame: z.string(),
    page: z.string(),
  }),
})

type AppPage = { entry: 'portal' | 'staff' | 'slip'; audience: 'patient' | 'staff'; title: string }
export type NoticePage = { lang: string; title: string; paragraphs: string[] }
/** On the way to the EMR in a frame: `sealed` waits in the tab under `state`, as its cookie may not survive. */
type OnwardPage = {
  lang: string
  title: string
  link: string
  url: string
  state: string
  sealed: string
}

/** The few HTML pages of the service: empty shells that load an element, and notices for when nothing else can be shown. */
export type Pages = {
  /** Of what was built: the release and a hash of it all. */
  version: string
  /** Of this version's `embed.js`, as a host writes it. */
  integrity: string
  /** Where the versions are. */
  dist: string
  app(page: AppPage): Promise<string>
  notice(page: NoticePage): Promise<string>
  onward(page: OnwardPage): Promise<string>
}

/** @throws ConfigError when the components were not built. */
export function createPages(dist: string): Pages {
  const path = join(dist, 'manifest.json')
  if (!existsSync(path))
    throw new ConfigError(['the web components are not built: run `npm run build` first'])
  const { version, integrity, entries } = Manifest.parse(JSON.parse(readFileSync(path, 'utf8')))
  const url = (file: string) => `/components/${version}/${file}`
  return {
    version,
    integrity,
    dist,
    app: ({ entry, audience, title }) =>
      render({
        lang: 'en',
        audience,
        title,
        css: url(entries.page),
        script: url(entries[entry]),
        body: `<portico-${entry}></portico-${entry}>`,
      }),
    notice: ({ lang, title, paragraphs }) =>
      render({
        lang,
        audience: 'staff',
        title,
        css: url(entries.page),
        body: markup`<main class="page stack"><h1>${title}</h1>${paragraphs.map((text) => markup`<p class="lead">${text}</p>`)}</main>`,
      }),
    onward: ({ lang, title, link, url: address, state, sealed }) =>
      render({
        lang,
        audience: 'staff',
        title,
        css: url(entries.page),
        script: url(entries.frame),
        body: markup`<main class="page stack">
          <h1>${title}</h1>
          <p><a class="button" href="${address}" data-state="${state}" data-sealed="${sealed}">${link}</a></p>
        </main>`,
      }),
  }
}

type Shell = {
  lang: string
  audience: string
  title: string
  css: string
  script?: string
  body: string | ReturnType<typeof markup>
}

async function render(shell: Shell): Promise<string> {
  const script = shell.script ? markup`<script type="module" src="${shell.script}"></script>` : ''
  const body = typeof shell.body === 'string' ? raw(shell.body) : shell.body
  return String(
    await markup`<!doctype html>
      <html lang="${shell.lang}" data-audience="${shell.audience}">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="robots" content="noindex" />
          <title>${shell.title}</title>
          <link rel="icon" href="data:," />
          <link rel="stylesheet" href="${shell.css}" />
          ${script}
        </head>
        <body>
          ${body}
        </body>
      </html>`,
  )
}
