import Pdf from 'pdfkit'
import type { Logo } from '../settings/schema.ts'
import { forgetWords, runsOf } from './letter-pdf-fonts.ts'
import type { Logo as OpenLogo } from './letter-pdf-head.ts'
import { createPen, type Pen, place, type Placed } from './letter-pdf-pages.ts'
import { LARGE, NORMAL, type Print, type SheetParts, sheetUnits } from './letter-pdf-sheet.ts'
import { createSetter } from './letter-pdf-text.ts'
import type { LetterPdfs, LetterSheet } from './schema.ts'

/** A letter ready to be set: one sheet for each language, the QR code's matrix row by row with `1` = dark. */
export type LetterToPrint = { sheets: LetterSheet[]; qr: string[] | null; logo: Logo | null }

type Size = readonly [width: number, height: number]
const LETTER: Size = [612, 792]
const A4: Size = [595.28, 841.89]
const LOGO_PIXELS = 4_000_000
/** What is tried to keep a sheet on one page: smaller gaps first, then lines that are closer to one another. */
const TIGHTER = [
  { leading: 1.34, gaps: [1, 0.8, 0.6, 0.45] },
  { leading: 1.22, gaps: [0.8, 0.6, 0.45, 0.3] },
] as const

/**
 * Sets a letter on both papers in normal and in large print: tagged PDF, so that it can be read aloud. Null when it has
 * a character that these fonts cannot set: the letter is then printed by the browser.
 */
export async function setLetter(letter: LetterToPrint): Promise<LetterPdfs | null> {
  if (!textsOf(letter.sheets).every((text) => runsOf(text, 'regular'))) return null
  const logo = canBeOpened(letter.logo) ? letter.logo : null
  const set = async (size: Size, print: Print) => {
    const pdf = await setDocument({ ...letter, logo }, size, print)
    return pdf.toString('base64')
  }
  try {
    return {
      letter: await set(LETTER, NORMAL),
      letterLarge: await set(LETTER, LARGE),
      a4: await set(A4, NORMAL),
      a4Large: await set(A4, LARGE),
    }
  } finally {
    forgetWords()
  }
}

/** Every text in a value, however deep. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}

/** A picture that cannot be read, or that is far too large once unpacked, must not cost the patient the letter. */
function canBeOpened(logo: Logo | null): boolean {
  if (!logo) return false
  try {
    const { width, height, draw } = openLogo(new Pdf({ font: '' }), logo)
    if (width * height > LOGO_PIXELS) return false
    draw(0, 0, 10)
    return true
  } catch {
    return false
  }
}

async function setDocument({ sheets, qr, logo }: LetterToPrint, size: Size, print: Print): Promise<Buffer> {
  const [first] = sheets
  const doc = new Pdf({
    size: [...size],
    margin: 0,
    autoFirstPage: false,
    font: '',
    tagged: true,
    pdfVersion: '1.7',
    lang: first?.language ?? 'en',
    displayTitle: true,
    info: { Title: first?.title ?? '', Author: first?.from.name ?? '', Creator: 'Portico' },
  })
  const chunks: Buffer[] = []
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on('data', (chunk: Buffer) => chunks.push(chunk))
    doc.on('end', () => resolve(Buffer.concat(chunks)))
    doc.on('error', reject)
  })
  const setter = createSetter(doc)
  const root = doc.struct('Document')
  doc.addStructure(root)
  for (const sheet of sheets) {
    const section = doc.struct('Sect', { lang: sheet.language })
    root.add(section)
    const pen = createPen(doc, setter, section, size)
    const opened = logo && openLogo(doc, logo)
    const placed = placeSheet(pen, { sheet, print, qr, logo: opened })
    drawPages(pen, placed, { print, name: sheet.to.name })
  }
  root.end()
  doc.end()
  return done
}

const pagesOf = (placed: Placed[]) => 1 + (placed.at(-1)?.page ?? 0)

/** Puts a sheet on one page where it fits, else on as many as it takes, with room for their numbers. */
function placeSheet(pen: Pen, parts: Omit<SheetParts, 'leading'>): Placed[] {
  const { page } = pen
  for (const { leading, gaps } of TIGHTER) {
    const units = sheetUnits(pen, { ...parts, leading })
    for (const tight of gaps) {
      const placed = place(units, page, page.bottom, tight)
      if (pagesOf(placed) === 1) return placed
    }
  }
  const [{ leading }] = TIGHTER
  return place(sheetUnits(pen, { ...parts, leading }), page, page.bottom - parts.print.text * 1.8, 1)
}

function drawPages(pen: Pen, placed: Placed[], { print, name }: { print: Print; name: string }) {
  const count = pagesOf(placed)
  for (let number = 0; number < count; number++) {
    pen.doc.addPage()
    for (const { unit, top } of placed.filter(({ page }) => page === number)) unit.draw(top)
    if (count > 1) pageNumber(pen, print, `${name}   ${number + 1}/${count}`)
  }
}

/** Whose letter a page is part of, should the two come apart at the printer. */
function pageNumber({ doc, setter, page }: Pen, { text }: Print, label: string) {
  const lines = setter.lines([{ text: label, style: { face: 'regular', size: text } }], page.width)
  const line = lines.at(-1)
  if (!line) return
  doc.markContent('Artifact', { type: 'Pagination' })
  setter.draw(line, page.right - line.width, page.bottom - text / 4)
  doc.endMarkedContent()
}

function openLogo(doc: PDFKit.PDFDocument, { mediaType, data }: Logo): OpenLogo {
  const source = `data:${mediaType};base64,${data}`
  const { width, height } = (
    doc as unknown as { openImage(source: string): { width: number; height: number } }
  ).openImage(source)
  return { width, height, draw: (x, y, drawn) => doc.image(source, x, y, { width: drawn }) }
}
