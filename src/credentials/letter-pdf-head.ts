import { baselineOf, MM, type Pen, type Unit } from './letter-pdf-pages.ts'
import type { Line, Style } from './letter-pdf-text.ts'
import type { LetterSheet } from './schema.ts'

/** A practice's picture, opened by the document that it goes into. */
export type Logo = { width: number; height: number; draw: (x: number, y: number, width: number) => void }

const LOGO = { width: 40 * MM, height: 15 * MM }
const ARCH = { width: 7 * MM, height: 8 * MM }
const ACCENT = '#0b5a66'
/** Room for the practice's own address. */
const ADDRESS_WIDTH = 76 * MM

type Styles = { logo: Logo | null; brand: Style; text: Style }

/** Who writes: picture and name on one side, address, telephone and date on the other. */
export function letterhead(pen: Pen, sheet: LetterSheet, { logo, brand, text }: Styles): Unit {
  const { from, date } = sheet
  const about = [...from.address, from.phone ?? '', date].filter((line) => line.trim())
  const address = about.map((line) => pen.setter.lines([{ text: line, style: text }], ADDRESS_WIDTH))
  const addressWidth = Math.max(...address.flat().map(({ width }) => width))
  const picture = sizeOf(logo)
  const nameX = pen.page.left + picture.width + 3 * MM
  const addressX = pen.page.right - addressWidth
  const name = pen.setter.lines([{ text: from.name, style: brand }], addressX - 8 * MM - nameX)
  const [nameRow, row] = [brand.size * 1.25, text.size * 1.25]
  const nameHeight = Math.max(picture.height, name.length * nameRow)
  return {
    gap: 0,
    height: Math.max(nameHeight, address.flat().length * row),
    draw: (top) => {
      drawPicture(pen, { logo, name: from.name, ...picture }, top)
      write(pen, name, {
        x: nameX,
        top: top + Math.max(0, (picture.height - name.length * nameRow) / 2),
        row: nameRow,
      })
      let y = top
      for (const lines of address) {
        write(pen, lines, { x: addressX, top: y, row })
        y += lines.length * row
      }
    },
  }
}

function sizeOf(logo: Logo | null) {
  if (!logo) return ARCH
  const scale = Math.min(LOGO.width / logo.width, LOGO.height / logo.height)
  return { width: logo.width * scale, height: logo.height * scale }
}

type Picture = { logo: Logo | null; name: string; width: number; height: number }

function drawPicture(pen: Pen, { logo, name, width, height }: Picture, top: number) {
  const { left } = pen.page
  if (!logo) return pen.ornament(() => arch(pen.doc, left, top))
  const bbox: [number, number, number, number] = [left, top, left + width, top + height]
  const options = { alt: name, bbox }
  const figure = pen.element('Figure', options)
  pen.say('Figure', figure, () => logo.draw(left, top, width))
}

/** The arch, as a door: what a practice without a picture of its own has beside its name. */
function arch(doc: PDFKit.PDFDocument, left: number, top: number) {
  doc
    .translate(left, top)
    .scale(ARCH.width / 30)
    .path(
      'M15 0a15 15 0 0 0-15 15v16a3 3 0 0 0 3 3h5V16a7 7 0 0 1 14 0v18h5a3 3 0 0 0 3-3V15A15 15 0 0 0 15 0z',
    )
    .fill(ACCENT)
}

function write(pen: Pen, lines: Line[], { x, top, row }: { x: number; top: number; row: number }) {
  const element = pen.element('P')
  pen.say('P', element, () => {
    for (const [n, line] of lines.entries()) pen.setter.draw(line, x, baselineOf(line, top + n * row, row))
  })
}
