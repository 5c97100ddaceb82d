import { readFileSync } from 'node:fs'
import Pdf from 'pdfkit'
import { unwrapWoff } from './letter-pdf-woff.ts'

const FOLDER = new URL('./fonts/', import.meta.url)
const REGULAR = 'NotoSans-Regular.ttf'
const BOLD = 'NotoSans-Bold.ttf'
const MONO = 'NotoSansMono-Bold.woff'
/** Chinese files that stay open; each holds some 150 characters and few letters need more than two. */
const OPEN_AT_MOST = 16

export type Face = 'regular' | 'bold' | 'mono'
/** Text in one font. `heavy`: the font has no bold of its own, so its letters are drawn a little fatter. */
export type Run = { text: string; font: string; heavy: boolean }

/**
 * Takes text apart into runs of one font each. Null when a character is in none of them, or is of a script that needs
 * shaping or runs from right to left: then nothing of it may be set.
 */
export function runsOf(text: string, face: Face): Run[] | null {
  const runs: Run[] = []
  for (const character of tidy(text)) {
    const font = fontFor(character.codePointAt(0) ?? 0, face)
    const last = runs.at(-1)
    if (font === undefined) return null
    if (last?.font === font) last.text += character
    // A mark that stays behind when its letter goes to another font would be drawn over the wrong one.
    else if (hasMarks(character)) return null
    else runs.push({ text: character, font, heavy: face !== 'regular' && font.startsWith('NotoSansSC') })
  }
  return runs
}

/** Marks that no letter could be composed with. */
export const hasMarks = (text: string): boolean => /\p{M}/u.test(text)

/** Composed letters, plain spaces, and nothing that is not seen; a telephone number is never broken in two. */
const tidy = (text: string) =>
  text
    .normalize('NFC')
    .replace(/[\p{Cf}\p{Variation_Selector}]/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\(?\d[\d() .-]{5,}\d/g, (number) => number.replaceAll(' ', '\u00A0'))

function fontFor(codePoint: number, face: Face): string | undefined {
  const { mono, sans, chinese } = coverage()
  if (face === 'mono' && mono.has(codePoint)) return MONO
  if (sans.has(codePoint)) return face === 'regular' ? REGULAR : BOLD
  return chinese.get(codePoint)
}

type Coverage = { mono: Set<number>; sans: Set<number>; chinese: Map<number, string> }
let known: Coverage | undefined

/** Which file has which character, read once from the table beside the fonts. */
function coverage(): Coverage {
  if (known) return known
  const files = new Map(
    readFileSync(new URL('coverage.txt', FOLDER), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line): [string, number[]] => {
        const [file = '', ...steps] = line.split(' ')
        return [file, readRanges(steps)]
      }),
  )
  const chinese = [...files].filter(([file]) => file.startsWith('NotoSansSC'))
  known = {
    mono: new Set(files.get(MONO)),
    sans: new Set(files.get(REGULAR)),
    chinese: new Map(chinese.flatMap(([file, codePoints]) => codePoints.map((point) => [point, file]))),
  }
  return known
}

/** Ranges in base 36, each as its distance from the end of the one before and, after `+`, how many more follow. */
function readRanges(steps: string[]): number[] {
  let end = 0
  return steps.flatMap((step) => {
    const [distance = '0', more = '0'] = step.split('+')
    const start = end + Number.parseInt(distance, 36)
    end = start + Number.parseInt(more, 36)
    return Array.from({ length: end - start + 1 }, (_, index) => start + index)
  })
}

type Shaped = { glyphs: unknown[]; positions: object[]; advanceWidth: number }
/** What pdfkit makes of a font file. */
type OpenFont = { layout(text: string, features?: Record<string, boolean>): Shaped }
const open = new Map<string, OpenFont>()
/** Words by font, as they were shaped: the same ones stand in each of a letter's files. */
const shaped = new Map<string, Shaped>()

/**
 * A font for pdfkit's `registerFont`, opened once for all letters: opening takes 20 times as long as a letter. pdfkit
 * takes an opened font but offers no way to get one, so it is asked for what it holds itself.
 */
export function openFont(file: string): Buffer {
  const font = open.get(file) ?? openedByPdfkit(file)
  // Set anew, so that the first in the map is the one that was not asked for the longest.
  open.delete(file)
  open.set(file, font)
  const chinese = [...open.keys()].filter((name) => name.startsWith('NotoSansSC'))
  if (chinese.length > OPEN_AT_MOST) open.delete(chinese[0] ?? '')
  return font as unknown as Buffer
}

/** Forgets the words of a letter once it is set: codes are among them. */
export const forgetWords = () => shaped.clear()

function openedByPdfkit(file: string): OpenFont {
  const bytes = unwrapWoff(readFileSync(new URL(file, FOLDER)))
  const doc = new Pdf({ font: '', autoFirstPage: false }).registerFont('opened', bytes).font('opened')
  const {
    _font: { font },
  } = doc as unknown as { _font: { font: OpenFont } }
  const shape = font.layout.bind(font)
  font.layout = (text) => {
    const key = `${file} ${text}`
    // Taken apart into letter and mark (ccmp), an accented letter looks the same, but is read aloud without its mark.
    const known = shaped.get(key) ?? shape(text, hasMarks(text) ? {} : { ccmp: false })
    shaped.set(key, known)
    const { glyphs, positions, advanceWidth } = known
    // pdfkit scales the positions that it is given in place.
    return { glyphs, positions: positions.map((position) => ({ ...position })), advanceWidth }
  }
  return font
}
