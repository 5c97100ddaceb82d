import { html, render } from 'lit'
import { embeddedCard } from './embedded.ts'
import emrCss from './emr.css?inline'
import type { Look } from './look.ts'
import pageCss from '../ui/page.css?inline'
import type { Scene, Tag } from './scene.ts'
import { serviceFor } from './service.ts'

const ELEMENTS: Record<Tag, () => Promise<unknown>> = {
  'portico-access': () => import('../embed/embed.ts'),
  'portico-staff': () => import('../shell/staff.ts'),
  'portico-slip': () => import('../shell/slip.ts'),
  'portico-portal': () => import('../shell/portal.ts'),
}

/** Puts a scene on the page under a look, and is done when it has come up. */
export async function show(scene: Scene, look: Look): Promise<void> {
  window.fetch = serviceFor(scene, look)
  Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => !scene.offline })
  dress(scene, look)
  history.replaceState(null, '', scene.path)
  await ELEMENTS[scene.tag]()
  document.body.replaceChildren(
    scene.tag === 'portico-access' ? emrAround(embeddedCard(look)) : document.createElement(scene.tag),
  )
  await scene.act?.()
}

/** The page around the element: ours has our sheet and the reader's language, an EMR's has its own. */
function dress({ tag }: Scene, look: Look): void {
  const isEmr = tag === 'portico-access'
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(isEmr ? emrCss : pageCss)
  document.adoptedStyleSheets = [sheet]
  localStorage.setItem('portico-language', look.language)
  const { documentElement: root } = document
  root.lang = look.language
  for (const name of Object.keys(root.dataset)) delete root.dataset[name]
  if (isEmr) root.dataset['host'] = look.host
  else root.dataset['audience'] = tag === 'portico-portal' ? 'patient' : 'staff'
  if (!isEmr && look.theme !== 'auto') root.dataset['theme'] = look.theme
}

function emrAround(card: HTMLElement): DocumentFragment {
  const page = document.createDocumentFragment()
  render(
    html`<header class="emr-bar">An EMR</header>
      <main class="emr">
        <h1>Walter James Okafor</h1>
        <section class="emr-tile">
          <h2>Vitals</h2>
          <p>Last taken nine days ago. <a href="#vitals">All of them</a></p>
          <button type="button">Take new ones</button>
        </section>
        ${card}
      </main>`,
    page,
  )
  return page
}
