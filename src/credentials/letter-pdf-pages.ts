import type { Line, Setter } from './letter-pdf-text.ts'

export const MM = 72 / 25.4
/** Margins of every page. @see the look of the letter: 18 mm above, 20 mm beside, 11 mm below */
const TOP = 18 * MM
const SIDE = 20 * MM
const BOTTOM = 11 * MM

/** A letter's page, and how to write on it: everything seen is either tagged with what it is, or marked as ornament. */
export type Pen = ReturnType<typeof createPen>

/** @param section what all content of this sheet belongs to in the tree that screen readers walk */
export function createPen(
  doc: PDFKit.PDFDocument,
  setter: Setter,
  section: PDFKit.PDFStructureElement,
  [width, height]: readonly [number, number],
) {
  const page = { left: SIDE, right: width - SIDE, top: TOP, bottom: height - BOTTOM, width: width - 2 * SIDE }

  function element(tag: string, options: PDFKit.Mixins.StructureElementOptions = {}, parent = section) {
    const made = doc.struct(tag, options)
    parent.add(made)
    return made
  }
  /** Draws what an element of the tree says; again and again where it goes on in another line or on another page. */
  function say(tag: string, to: PDFKit.PDFStructureElement, draw: () => void) {
    const content = doc.markStructureContent(tag)
    draw()
    doc.endMarkedContent()
    to.add(content)
  }
  function ornament(draw: () => void) {
    doc.save().markContent('Artifact', { type: 'Layout' })
    draw()
    doc.endMarkedContent().restore()
  }
  return { doc, setter, page, element, say, ornament }
}

/** A piece of a page that is not broken. `at`: on the first page not above this; `keep`: not without the next one. */
export type Unit = {
  gap: number
  height: number
  at?: number
  keep?: boolean
  /** Goes to the foot of its page. */
  foot?: boolean
  draw: (top: number) => void
}
export type Placed = { unit: Unit; page: number; top: number }

/** Where each unit goes. Gaps shrink by `tight`; those at the top of a page vanish. */
export function place(units: Unit[], page: Pen['page'], bottom: number, tight: number): Placed[] {
  const placed: Placed[] = []
  let [number, y] = [0, page.top]
  for (const [index, unit] of units.entries()) {
    const gap = y === page.top ? 0 : unit.gap * tight
    const top = Math.max(y + gap, number === 0 ? (unit.at ?? 0) : 0)
    if (top + heightOf(units, index, tight) > bottom + 0.01 && y !== page.top) {
      number += 1
      placed.push({ unit, page: number, top: page.top })
      y = page.top + unit.height
    } else {
      placed.push({ unit, page: number, top })
      y = top + unit.height
    }
  }
  return placed.map(({ unit, ...where }) =>
    unit.foot ? { unit, ...where, top: bottom - unit.height } : { unit, ...where },
  )
}

/** What must be free below for a unit: itself, and what it must not be parted from. */
function heightOf(units: Unit[], index: number, tight: number): number {
  const unit = units[index]
  const next = units[index + 1]
  if (!unit) return 0
  return unit.height + (unit.keep && next ? next.gap * tight + heightOf(units, index + 1, tight) : 0)
}

export type Paragraph = {
  tag?: string
  gap?: number
  lineHeight: number
  at?: number
  keep?: boolean
  /** Never on two pages: for what is short anyway. */
  whole?: boolean
}

/** A paragraph line by line, so that a long one goes on on the next page. */
export function paragraph(pen: Pen, lines: Line[], options: Paragraph): Unit[] {
  const { tag = 'P', gap = 0, lineHeight, at, keep = false, whole = false } = options
  let element: PDFKit.PDFStructureElement | undefined
  return lines.map((line, index) => ({
    gap: index === 0 ? gap : 0,
    height: lineHeight,
    keep: index === lines.length - 1 ? keep : whole,
    ...(at !== undefined && index === 0 ? { at } : {}),
    draw: (top) => {
      const into = (element ??= pen.element(tag))
      pen.say(tag, into, () => pen.setter.draw(line, pen.page.left, baselineOf(line, top, lineHeight)))
    },
  }))
}

/** Where letters stand in a line of this height: the room above and below them is the same. */
export const baselineOf = ({ glyphs }: Line, top: number, lineHeight: number): number =>
  top + lineHeight / 2 + 0.36 * Math.max(...glyphs.map(({ style }) => style.size))
