// Not called `html`: that name belongs to Lit here, whose rules about quotes would be holes in this one.
import { html as markup } from 'hono/html'

/** Markup made by hono's `html`, which escapes every value that is not markup itself. */
export type Markup = ReturnType<typeof markup>

export type Frame = {
  /** Whose EMR it is, e.g. "Fernwood EMR". */
  emrName: string
  prefix: string
  /** Nobody on the login page. */
  user?: { name: string; roleName: string }
  links: { label: string; href: string }[]
}

/** The page around every screen of the EMR. */
export const layout = (frame: Frame, title: string, body: Markup): Markup =>
  markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} | ${frame.emrName}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${frame.prefix}/assets/emr.css" />
        <script type="module" src="${frame.prefix}/assets/emr.js"></script>
      </head>
      <body>
        <header class="top">
          <a class="brand" href="${frame.prefix}/">${frame.emrName}</a>
          ${frame.user ? navigation(frame, frame.user) : ''}
        </header>
        ${body}
        <footer class="foot">A demonstration EMR. Everybody in it is made up.</footer>
      </body>
    </html>`

const navigation = (frame: Frame, user: NonNullable<Frame['user']>) =>
  markup`<nav aria-label="EMR">
      <a href="${frame.prefix}/">Patients</a>
      ${frame.links.map(({ label, href }) => markup`<a href="${href}" target="_blank" rel="noopener">${label}</a>`)}
    </nav>
    <form class="who" method="post" action="${frame.prefix}/logout">
      <span>${user.name}, ${user.roleName}</span> <button>Log out</button>
    </form>`
