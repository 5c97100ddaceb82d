import { composite, type Paint, readColour, type Rgb, toOklch, WHITE } from './colour.ts'
import { clampBase, clampRadius, type Look } from './seeds.ts'

/**
 * What the page around `host` looks like: its font, text size and colour, the ground that the host stands on, the
 * colour of its links or filled buttons and the corners of its controls.
 *
 * @param probe an element in the page to read colours with
 */
export function measurePage(host: Element, probe: HTMLElement): Look {
  const around = parentOf(host) ?? host
  const { fontFamily, fontSize, color } = getComputedStyle(around)
  const surface = groundOf(host, probe)
  const text = readColour(probe, color)
  const ink = text ? composite(text, surface) : undefined
  const accent = nearest(around, 'a[href],button,[type=submit],[role=button]', (element) =>
    accentOf(element, probe, ink),
  )
  const radius = nearest(around, 'button,input,select,textarea', radiusOf)
  return { colours: { surface, ink, accent }, font: fontFamily, base: clampBase(fontSize), radius }
}

/** The element around this one as it is shown: through slots and out of shadow roots. */
export function parentOf(node: Element): Element | null {
  const parent = node.assignedSlot ?? node.parentNode
  return parent instanceof ShadowRoot ? parent.host : parent instanceof Element ? parent : null
}

/** The nearest background that nothing shines through, with what lies see-through on it. */
function groundOf(host: Element, probe: HTMLElement): Rgb {
  const layers: Paint[] = []
  for (let at: Element | null = host; at; at = parentOf(at)) {
    const paint = readColour(probe, getComputedStyle(at).backgroundColor)
    if (paint && paint.alpha > 0) layers.push(paint)
    if (paint && paint.alpha >= 1) break
  }
  // Under the page lies the browser's own paper, which is dark where the page says that it can be.
  probe.style.colorScheme = getComputedStyle(document.documentElement).colorScheme
  const paper = readColour(probe, 'Canvas')?.rgb ?? WHITE
  return layers.reduceRight((ground, layer) => composite(layer, ground), paper)
}

/** What `read` finds out from the first element that answers, the nearest surroundings first. */
function nearest<T>(from: Element, selector: string, read: (element: Element) => T | undefined) {
  for (let at: Element | null = from; at; at = parentOf(at)) {
    const root = at.parentNode instanceof ShadowRoot ? at.parentNode : at
    for (const element of [...root.querySelectorAll(selector)].slice(0, MOST)) {
      const found = element.getClientRects()[0] && read(element)
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** How many candidates are looked at in one place: pages can be long. */
const MOST = 25
/** Less colour than this is grey to the eye. */
const GREY = 0.04

/** A filled control's ground, else a link's words; nothing where they are grey or like the text. */
function accentOf(element: Element, probe: HTMLElement, ink: Rgb | undefined): Rgb | undefined {
  const { backgroundColor, color } = getComputedStyle(element)
  const paint = readColour(probe, element.localName === 'a' ? color : backgroundColor)
  const isNone = !paint || paint.alpha < 1 || toOklch(paint.rgb)[1] < GREY || ink?.join() === paint.rgb.join()
  return isNone ? undefined : paint.rgb
}

/** Controls that nobody styled say nothing: browsers draw them with a bevel. */
function radiusOf(element: Element): number | undefined {
  const { borderStartStartRadius: radius, borderBlockStartStyle: edge } = getComputedStyle(element)
  return edge.endsWith('set') || radius.endsWith('%') ? undefined : clampRadius(radius)
}
