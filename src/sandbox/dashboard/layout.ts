import { htmlPage, type Markup, markup } from '../markup.ts'

export type Frame = {
  /** Whose EMR it is, e.g. "Fernwood EMR". */
  emrName: string
  prefix: string
  /** Nobody on the login page. */
  user?: { name: string; roleName: string }
  links: { label: string; href: string }[]
}

/** The page around every screen of the EMR; `scripts` are what one page needs beside the EMR's own. */
export const layout = (frame: Frame, title: string, body: Markup, scripts: Markup | '' = ''): Markup =>
  htmlPage(
    `${title} | ${frame.emrName}`,
    markup`<link rel="stylesheet" href="${frame.prefix}/assets/emr.css" />
      <script type="module" src="${frame.prefix}/assets/emr.js"></script>
      ${scripts}`,
    markup`<header class="top">
        <a class="brand" href="${frame.prefix}/">${frame.emrName}</a>
        ${frame.user ? navigation(frame, frame.user) : ''}
      </header>
      ${body}
      <footer class="foot">A demonstration EMR. Everybody in it is made up.</footer>`,
  )

const navigation = (frame: Frame, user: NonNullable<Frame['user']>) =>
  markup`<nav aria-label="EMR">
      <a href="${frame.prefix}/">Patients</a>
      ${frame.links.map(({ label, href }) => markup`<a href="${href}" target="_blank" rel="noopener">${label}</a>`)}
    </nav>
    <span data-portico-badge hidden></span>
    <form class="who" method="post" action="${frame.prefix}/logout">
      <span>${user.name}, ${user.roleName}</span> <button>Log out</button>
    </form>`
