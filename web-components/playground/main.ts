import { html, render } from 'lit'
import { KNOB_NAMES, type KnobName, KNOBS, type Look, readShown, writeShown } from './look.ts'
import { idOf, type Scene, type Tag } from './scene.ts'
import { SCENES, sceneOf } from './scenes.ts'
import '../ui/page.css'
import '../ui/field.css'
import './main.css'

const KNOB_LABELS: Record<KnobName, string> = {
  language: 'Language',
  width: 'Width',
  theme: 'Theme',
  density: 'Density',
  host: 'Host page',
  can: 'May do',
  heading: 'Heading level',
}

/** What a knob turns, where it does not turn everything. */
const TURNS: Partial<Record<KnobName, readonly Tag[]>> = {
  density: ['portico-access'],
  host: ['portico-access'],
  heading: ['portico-access'],
  can: ['portico-access', 'portico-staff'],
}

const TAGS: readonly Tag[] = ['portico-access', 'portico-staff', 'portico-slip', 'portico-portal']

/** Draws the playground for the address it is at: every state as a link, every knob as a list. */
function draw(): void {
  const { scene: id, look } = readShown(location.hash)
  const scene = sceneOf(id)
  render(
    html`<header class="bar">
        <h1>Portico playground</h1>
        ${KNOB_NAMES.map((name) => knob(name, scene, look))}
      </header>
      <nav class="states" aria-label="States">${TAGS.map((tag) => group(tag, scene, look))}</nav>
      <main class="stage" data-width=${look.width}>
        <div class="caption">
          <h2>${scene.name}</h2>
          <code class="soft">&lt;${scene.tag}&gt;</code>
          <a href=${`/frame.html${addressOf(scene, look)}`} target="_blank">Open by itself</a>
        </div>
        <div class="room" role="region" aria-label="State" tabindex="0">${frame(scene, look)}</div>
      </main>`,
    document.body,
  )
  document.title = `${scene.name} · Portico playground`
}

const addressOf = (scene: Scene, look: Look) => writeShown({ scene: idOf(scene), look })

function group(tag: Tag, current: Scene, look: Look) {
  const states = SCENES.filter((scene) => scene.tag === tag)
  return html`<h2><code>&lt;${tag}&gt;</code></h2>
    <ul>
      ${states.map(
        (scene) =>
          html`<li>
            <a href=${addressOf(scene, look)} aria-current=${scene === current ? 'page' : 'false'}
              >${scene.name}</a
            >
          </li>`,
      )}
    </ul>`
}

function knob(name: KnobName, scene: Scene, look: Look) {
  const turn = ({ target }: Event) => {
    const chosen = { ...look, [name]: (target as HTMLSelectElement).value }
    location.hash = writeShown({ scene: idOf(scene), look: chosen })
  }
  const isIdle = TURNS[name]?.includes(scene.tag) === false
  return html`<label class="knob"
    >${KNOB_LABELS[name]}
    <select class="input" ?disabled=${isIdle} @change=${turn}>
      ${KNOBS[name].map(
        (value) => html`<option value=${value} .selected=${value === look[name]}>${value}</option>`,
      )}
    </select></label
  >`
}

/** A document of its own: pages of ours own their address, and a width is a width only in a window. */
function frame(scene: Scene, look: Look) {
  const address = `/frame.html${addressOf(scene, look)}`
  if (kept?.address !== address) kept = { address, element: document.createElement('iframe') }
  kept.element.src = address
  kept.element.title = scene.name
  return kept.element
}
let kept: { address: string; element: HTMLIFrameElement } | null = null

window.addEventListener('hashchange', draw)
draw()
document.querySelector('.states [aria-current=page]')?.scrollIntoView({ block: 'center' })
