import { type Face, hasMarks, openFont, type Run, runsOf } from './letter-pdf-fonts.ts'

/** `address`: a web or e-mail address, which gets no line's end that could be read as part of it. */
export type Style = { face: Face; size: number; color?: string; address?: boolean }
export type Piece = { text: string; style: Style }
/** `seen` is the width without the space at the end, which nobody sees where a line ends. */
type Glyphs = Run & { style: Style; width: number; seen: number }
/** Text that stands in one line. */
export type Line = { glyphs: Glyphs[]; width: number }

const INK = '#000000'
/** How much fatter, by size, letters are drawn that have no bold. */
const HEAVY = 0.032

/** Breaks text into lines and sets them. One for each document. */
export type Setter = ReturnType<typeof createSetter>

export function createSetter(doc: PDFKit.PDFDocument) {
  const registered = new Set<string>()
  const use = (font: string, size: number) => {
    if (!registered.has(font)) doc.registerFont(font, openFont(font))
    registered.add(font)
    return doc.font(font).fontSize(size)
  }
  const measure = (run: Run, style: Style): Glyphs => {
    const width = use(run.font, style.size).widthOfString(run.text)
    return {
      ...run,
      style,
      width,
      seen: run.text.endsWith(' ') ? doc.widthOfString(run.text.trimEnd()) : width,
    }
  }

  /** Lines that are at most so wide. Words stay whole unless one alone is wider. */
  function lines(pieces: Piece[], width: number): Line[] {
    const atoms = pieces.flatMap(({ text, style }) =>
      (runsOf(text, style.face) ?? []).flatMap((run) =>
        atomsOf(run, style).map((atom) => measure({ ...run, text: atom }, style)),
      ),
    )
    return fill(
      atoms.flatMap((atom) => (atom.width > width ? inCharacters(atom, measure) : [atom])),
      width,
    )
  }

  function draw({ glyphs }: Line, x: number, baseline: number) {
    let at = x
    for (const { text, font, heavy, style, width } of glyphs) {
      use(font, style.size).fillColor(style.color ?? INK)
      if (heavy) doc.lineWidth(style.size * HEAVY).strokeColor(style.color ?? INK)
      const marked = hasMarks(text)
      // Letter and mark are drawn as two: whoever reads aloud is told what they are together.
      if (marked) doc.markContent('Span', { actual: text })
      doc.text(text, at, baseline, { lineBreak: false, baseline: 'alphabetic', fill: true, stroke: heavy })
      if (marked) doc.endMarkedContent()
      at += width
    }
  }
  return { lines, draw }
}

/** Parts between which a line may end: after a space, after the hyphen of a compound, between Chinese characters. */
function atomsOf({ text, font }: Run, { address }: Style): string[] {
  if (font.startsWith('NotoSansSC')) return Array.from(text)
  return text.split(address ? /(?<=\/)|(?=[.@])/ : /(?<= )(?! )|(?<=\p{L}{2}[-–—])(?=\p{L})/u)
}

/** A word that is wider than its column, letter by letter; a letter keeps its marks. */
const inCharacters = (atom: Glyphs, measure: (run: Run, style: Style) => Glyphs): Glyphs[] =>
  Array.from(new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(atom.text), ({ segment }) =>
    measure({ ...atom, text: segment }, atom.style),
  )

function fill(atoms: Glyphs[], width: number): Line[] {
  const found: Line[] = []
  let [line, used]: [Glyphs[], number] = [[], 0]
  for (const atom of atoms) {
    if (line.length > 0 && used + atom.seen > width + 0.01) {
      found.push(toLine(line))
      ;[line, used] = [[], 0]
    }
    line.push(atom)
    used += atom.width
  }
  if (line.length > 0) found.push(toLine(line))
  return found
}

/** Neighbours of one font and style become one text again, so that whoever copies it gets words. */
function toLine(atoms: Glyphs[]): Line {
  const glyphs: Glyphs[] = []
  let width = 0
  for (const atom of atoms) {
    const last = glyphs.at(-1)
    if (last?.font === atom.font && last.style === atom.style)
      glyphs[glyphs.length - 1] = {
        ...last,
        text: last.text + atom.text,
        width: last.width + atom.width,
        seen: last.width + atom.seen,
      }
    else glyphs.push(atom)
    width += atom.width
  }
  const last = atoms.at(-1)
  return { glyphs, width: width - (last ? last.width - last.seen : 0) }
}
