import { baselineOf, MM, type Pen, type Unit } from './letter-pdf-pages.ts'
import type { Line, Style } from './letter-pdf-text.ts'
import type { LetterSheet } from './schema.ts'

/** Running text, what is set bold in it, and the height of its lines. */
export type Weights = { regular: Style; bold: Style; row: number }

/** Help and privacy under a rule each, side by side or one above the other, at the foot of the page. */
export function foot(
  pen: Pen,
  sheet: LetterSheet,
  { regular, bold, row, columns }: Weights & { columns: boolean },
): Unit {
  const rule = 2.5 * MM
  const space = 8 * MM
  const width = columns ? (pen.page.width - space) / 2 : pen.page.width
  const write = (texts: string[], style: Style) =>
    texts.filter(Boolean).map((text) => pen.setter.lines([{ text, style }], width))
  const parts = [
    { title: sheet.help.title, texts: [sheet.help.text] },
    { title: sheet.privacy.title, texts: [sheet.privacy.text, sheet.account ?? ''] },
  ]
    .filter(({ title }) => title)
    .map(({ title, texts }) => ({ title: write([title], bold), texts: write(texts, regular) }))
  const heights = parts.map(({ title, texts }) => rule + [...title, ...texts].flat().length * row)
  const offsets = heights.map((_, index) =>
    columns ? 0 : heights.slice(0, index).reduce((sum, height) => sum + height + 4 * MM, 0),
  )
  return {
    gap: 5 * MM,
    height: Math.max(0, ...heights.map((height, index) => height + (offsets[index] ?? 0))),
    foot: true,
    draw: (top) => {
      for (const [index, { title, texts }] of parts.entries()) {
        const x = pen.page.left + (columns ? index * (width + space) : 0)
        const y = top + (offsets[index] ?? 0)
        pen.ornament(() =>
          pen.doc
            .moveTo(x, y)
            .lineTo(x + width, y)
            .lineWidth(1)
            .stroke('#000000'),
        )
        writeDown(pen, [...title.map(asHeading), ...texts.map(asText)], { x, y: y + rule, row })
      }
    },
  }
}

const asHeading = (lines: Line[]) => ({ tag: 'H2', lines })
const asText = (lines: Line[]) => ({ tag: 'P', lines })

/** Paragraphs one under the other. */
function writeDown(
  pen: Pen,
  paragraphs: { tag: string; lines: Line[] }[],
  { x, y, row }: { x: number; y: number; row: number },
) {
  let top = y
  for (const { tag, lines } of paragraphs) {
    const element = pen.element(tag)
    pen.say(tag, element, () => {
      for (const [n, line] of lines.entries()) pen.setter.draw(line, x, baselineOf(line, top + n * row, row))
    })
    top += lines.length * row
  }
}
