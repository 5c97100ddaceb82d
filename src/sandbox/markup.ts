// Not called `html`: that name belongs to Lit here, whose rules about quotes would be holes in this one.
import { html as markup } from 'hono/html'

/** Made by hono's `html`, which escapes every value that is not markup itself. */
export type Markup = ReturnType<typeof markup>

export { markup }

/** A whole page; `head` is what it needs there beside its title. */
export const htmlPage = (title: string, head: Markup, body: Markup): Markup =>
  markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${head}
      </head>
      <body>
        ${body}
      </body>
    </html>`
