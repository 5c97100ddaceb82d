import { box } from './letter-pdf-box.ts'
import { foot, type Weights } from './letter-pdf-foot.ts'
import { type Logo, letterhead } from './letter-pdf-head.ts'
import { baselineOf, MM, paragraph, type Pen, type Unit } from './letter-pdf-pages.ts'
import type { Piece, Style } from './letter-pdf-text.ts'
import type { LetterSheet } from './schema.ts'

/** Sizes in points. @see the look of the letter: text at least 14, codes at least 25, large print 18 and 32 */
export type Print = {
  text: number
  lead: number
  brand: number
  title: number
  address: number
  code: number
  /** Side of the QR code itself. */
  qr: number
  /** Whether help and privacy stand side by side. */
  columns: boolean
}
export const NORMAL: Print = {
  text: 14,
  lead: 15,
  brand: 16,
  title: 24,
  address: 17,
  code: 26,
  qr: 42 * MM,
  columns: true,
}
export const LARGE: Print = {
  text: 18,
  lead: 19,
  brand: 20,
  title: 30,
  address: 21,
  code: 34,
  qr: 48 * MM,
  columns: false,
}

/** Envelope windows show what is 52 to 76 mm from the top and 20 mm from the left; this wide at least. */
const WINDOW = { top: 52 * MM, bottom: 76 * MM, width: 86 * MM }

export type SheetParts = {
  sheet: LetterSheet
  print: Print
  /** Height of a line of running text, by size. */
  leading: number
  qr: string[] | null
  logo: Logo | null
}

/** A sheet as the pieces of its pages, from whom it is to the account ID. */
export function sheetUnits(pen: Pen, { sheet, print, leading, qr, logo }: SheetParts): Unit[] {
  const { lines } = pen.setter
  const regular: Style = { face: 'regular', size: print.text }
  const bold: Style = { face: 'bold', size: print.text }
  const title: Style = { face: 'bold', size: print.title }
  const row = print.text * leading
  return [
    letterhead(pen, sheet, { logo, brand: { face: 'bold', size: print.brand }, text: regular }),
    ...addressee(pen, sheet, regular),
    ...paragraph(pen, lines([{ text: sheet.title, style: title }], pen.page.width), {
      tag: 'H1',
      at: WINDOW.bottom,
      gap: 4 * MM,
      lineHeight: print.title * 1.2,
      keep: true,
    }),
    ...prose(pen, sheet.text, { face: 'regular', size: print.lead }, leading),
    ...steps(pen, sheet, { regular, bold, row }),
    ...box(pen, sheet, print, qr),
    ...paragraph(pen, lines([{ text: sheet.until, style: bold }], pen.page.width), {
      gap: 4 * MM,
      lineHeight: row,
      whole: true,
    }),
    foot(pen, sheet, { regular, bold, row, columns: print.columns }),
  ]
}

function addressee(pen: Pen, { to }: LetterSheet, style: Style): Unit[] {
  const lineHeight = style.size * 1.2
  const texts = [to.name, ...to.address].filter((text) => text.trim())
  return texts.flatMap((text, index) =>
    paragraph(pen, pen.setter.lines([{ text, style }], WINDOW.width), {
      lineHeight,
      ...(index === 0 ? { at: WINDOW.top, gap: 2 * MM } : {}),
    }),
  )
}

/** Paragraphs are parted by an empty line; a single line's end is kept as one. */
function prose(pen: Pen, text: string, style: Style, leading: number): Unit[] {
  // The space keeps two lines apart for those who hear them.
  const paragraphs = text
    .split(/\n{2,}/)
    .map((part) => part.split(/(?<=\n)/).map((row) => row.replace('\n', ' ')))
  return paragraphs.flatMap((rows, index) =>
    paragraph(
      pen,
      rows.flatMap((row) => pen.setter.lines([{ text: row, style }], pen.page.width)),
      { gap: index === 0 ? 1.5 * MM : 3 * MM, lineHeight: style.size * leading },
    ),
  )
}

const MARK = { width: 11 * MM, height: 12 * MM, gap: 4 * MM }

/** Numbered steps; the number stands in a small arch. */
function steps(pen: Pen, sheet: LetterSheet, { regular, bold, row }: Weights): Unit[] {
  const x = pen.page.left + MARK.width + MARK.gap
  let list: PDFKit.PDFStructureElement | undefined
  return sheet.steps.map(({ lead, rest }, index) => {
    const pieces: Piece[] = [
      { text: lead, style: bold },
      { text: rest, style: regular },
    ]
    const text = pen.setter.lines(pieces, pen.page.right - x)
    const [number] = pen.setter.lines([{ text: `${index + 1}`, style: bold }], MARK.width)
    const height = Math.max(MARK.height, text.length * row)
    return {
      gap: index === 0 ? 4 * MM : 2.5 * MM,
      height,
      draw: (top) => {
        list ??= pen.element('L')
        const item = pen.element('LI', {}, list)
        const middle = top + (height - MARK.height) / 2
        pen.ornament(() => arch(pen, middle))
        if (number) {
          const at = pen.page.left + (MARK.width - number.width) / 2
          const label = pen.element('Lbl', {}, item)
          pen.say('Lbl', label, () =>
            pen.setter.draw(number, at, baselineOf(number, middle + 0.5 * MM, MARK.height)),
          )
        }
        const body = pen.element('LBody', {}, item)
        const start = top + (height - text.length * row) / 2
        pen.say('LBody', body, () => {
          for (const [n, line] of text.entries())
            pen.setter.draw(line, x, baselineOf(line, start + n * row, row))
        })
      },
    }
  })
}

function arch({ doc, page }: Pen, top: number) {
  const left = page.left + 0.8
  const [right, bottom, radius] = [left + MARK.width, top + MARK.height, MARK.width / 2]
  doc
    .moveTo(left, top + radius)
    .bezierCurveTo(left, top + radius * 0.448, left + radius * 0.448, top, left + radius, top)
    .bezierCurveTo(right - radius * 0.448, top, right, top + radius * 0.448, right, top + radius)
    .lineTo(right, bottom - 2 * MM)
    .quadraticCurveTo(right, bottom, right - 2 * MM, bottom)
    .lineTo(left + 2 * MM, bottom)
    .quadraticCurveTo(left, bottom, left, bottom - 2 * MM)
    .closePath()
    .lineWidth(1.6)
    .stroke('#000000')
}
