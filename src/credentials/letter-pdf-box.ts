import { groupsOf } from './letter-groups.ts'
import { baselineOf, MM, type Pen, type Unit } from './letter-pdf-pages.ts'
import type { Print } from './letter-pdf-sheet.ts'
import type { Line, Style } from './letter-pdf-text.ts'
import type { LetterFact, LetterSheet } from './schema.ts'

const PADDING = { x: 6 * MM, y: 4 * MM }
const LABEL = '#2b3436'
/** Light modules around a QR code without which cameras do not find it (ISO/IEC 18004 §6.3.8). */
const QUIET_ZONE = 4

type SetFact = { label: Line[]; value: Line[]; heard: string | null; labelRow: number; valueRow: number }
type SetCode = { rows: string[]; label: string; caption: Line[]; row: number; side: number; quiet: number }

/** The box with what the patient types in, and the QR code beside it. Nothing when there is neither. */
export function box(pen: Pen, sheet: LetterSheet, print: Print, qr: string[] | null): Unit[] {
  if (sheet.facts.length === 0 && !qr) return []
  const code = qr && sheet.qr ? setCode(pen, sheet.qr, print, qr) : null
  const figureWidth = code ? code.side + 2 * code.quiet : PADDING.x
  const factsWidth = pen.page.width - PADDING.x - figureWidth - (code ? 2 * MM : 0)
  const facts = sheet.facts.map((fact) => setFact(pen, fact, print, factsWidth))
  const factsHeight = facts.reduce((sum, fact) => sum + heightOf(fact), 0) + (facts.length - 1) * 2 * MM
  const codeHeight = code ? code.side + code.quiet + code.caption.length * code.row : 0
  const height = Math.max(factsHeight, codeHeight) + 2 * Math.max(PADDING.y, code?.quiet ?? 0)
  const draw = (top: number) => {
    const { left, right, width } = pen.page
    pen.ornament(() =>
      pen.doc
        .roundedRect(left + 1, top + 1, width - 2, height - 2, 4 * MM)
        .lineWidth(2)
        .stroke('#000000'),
    )
    let y = top + (height - factsHeight) / 2
    for (const fact of facts) {
      writeFact(pen, fact, left + PADDING.x, y)
      y += heightOf(fact) + 2 * MM
    }
    const x = facts.length === 0 ? left + (width - figureWidth) / 2 : right - 1 * MM - figureWidth
    if (code) drawCode(pen, code, x, top + (height - codeHeight) / 2)
  }
  return [{ gap: 4.5 * MM, height, keep: true, draw }]
}

function setFact(pen: Pen, fact: LetterFact, print: Print, width: number): SetFact {
  const groups = groupsOf(fact)
  const style = styleOf(fact, print)
  return {
    label: pen.setter.lines(
      [{ text: fact.label, style: { face: 'regular', size: print.text, color: LABEL } }],
      width,
    ),
    value: pen.setter.lines([{ text: groups.join(' '), style }], width),
    // For the ear each character by itself, with a pause between groups.
    heard:
      fact.form === 'digits' || fact.form === 'code'
        ? groups.map((group) => Array.from(group).join(' ')).join(', ')
        : null,
    labelRow: print.text * 1.25,
    valueRow: style.size * 1.2,
  }
}

function styleOf({ form }: LetterFact, { address, code }: Print): Style {
  if (form === 'address') return { face: 'bold', size: address, address: true }
  return form === 'username' ? { face: 'mono', size: address, address: true } : { face: 'mono', size: code }
}

const heightOf = ({ label, value, labelRow, valueRow }: SetFact) =>
  label.length * labelRow + value.length * valueRow

function writeFact(pen: Pen, { label, value, heard, labelRow, valueRow }: SetFact, x: number, top: number) {
  const name = pen.element('P')
  pen.say('P', name, () => {
    for (const [n, line] of label.entries())
      pen.setter.draw(line, x, baselineOf(line, top + n * labelRow, labelRow))
  })
  const below = top + label.length * labelRow
  const paragraph = pen.element('P')
  const span = heard === null ? paragraph : pen.element('Span', { alt: heard }, paragraph)
  pen.say(heard === null ? 'P' : 'Span', span, () => {
    for (const [n, line] of value.entries())
      pen.setter.draw(line, x, baselineOf(line, below + n * valueRow, valueRow))
  })
}

function setCode(pen: Pen, words: { caption: string; label: string }, print: Print, rows: string[]): SetCode {
  const quiet = (print.qr / rows.length) * QUIET_ZONE
  const style: Style = { face: 'regular', size: print.text }
  return {
    rows,
    label: words.label,
    caption: pen.setter.lines([{ text: words.caption, style }], print.qr + 2 * quiet),
    row: print.text * 1.25,
    side: print.qr,
    quiet,
  }
}

function drawCode(pen: Pen, { rows, label, caption, row, side, quiet }: SetCode, x: number, top: number) {
  const left = x + quiet
  const bbox: [number, number, number, number] = [left, top, left + side, top + side]
  const options = { alt: label, bbox }
  const figure = pen.element('Figure', options)
  pen.say('Figure', figure, () => {
    const module = side / rows.length
    for (const [y, cells] of rows.entries())
      for (const { 0: dark, index } of cells.matchAll(/1+/g))
        pen.doc.rect(left + index * module, top + y * module, dark.length * module, module)
    pen.doc.fill('#000000')
  })
  const element = pen.element('P')
  const below = top + side + quiet
  pen.say('P', element, () => {
    for (const [n, line] of caption.entries()) {
      const at = x + (side + 2 * quiet - line.width) / 2
      pen.setter.draw(line, at, baselineOf(line, below + n * row, row))
    }
  })
}
