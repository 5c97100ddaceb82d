import { html, nothing } from 'lit'
import { SECTIONS, type SectionId } from '../i18n/setting-words.ts'
import type { AdminWords } from '../i18n/words.ts'

const IDS = Object.keys(SECTIONS) as SectionId[]

/** The parts of the page, beside it; on a phone in a row above it. */
export const sideNav = (words: AdminWords, current: SectionId, goTo: (id: SectionId) => void) =>
  html`<nav class="side" aria-label=${words.msg('settings.parts')}>
    ${IDS.map(
      (id) =>
        html`<a
          href="#${id}"
          aria-current=${id === current ? 'true' : nothing}
          @click=${(event: MouseEvent) => {
            event.preventDefault()
            goTo(id)
          }}
          >${words.msg(SECTIONS[id])}</a
        >`,
    )}
  </nav>`

export const section = (words: AdminWords, id: SectionId, content: unknown) =>
  html`<section class="card" id=${id} aria-labelledby="${id}-title">
    <h2 id="${id}-title" tabindex="-1">${words.msg(SECTIONS[id])}</h2>
    ${content}
  </section>`

/** The part that an address names: `settings#mail`. */
export const sectionOf = (hash: string): SectionId | null => IDS.find((id) => hash === `#${id}`) ?? null

/**
 * The part being read: the last one that has begun above the upper third. At the end of the page the parts that never
 * get that far count too: `chosen` if it is one of them, else the last.
 */
export function sectionInView(root: ParentNode, chosen: SectionId): SectionId {
  const all = IDS.flatMap((id) => root.querySelector(`#${id}`) ?? [])
  const begun = all.findLastIndex((one) => one.getBoundingClientRect().top <= window.innerHeight / 3)
  const passed = Math.max(0, begun)
  const { scrollHeight } = document.documentElement
  const atEnd = window.scrollY + window.innerHeight >= scrollHeight - 4
  if (!atEnd) return IDS[passed] ?? 'portal'
  const wanted = IDS.indexOf(chosen)
  return IDS[wanted > passed ? wanted : IDS.length - 1] ?? 'portal'
}
