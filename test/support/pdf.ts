import { inflateSync } from 'node:zlib'

/** One piece of text as it stands on a page, in points from the upper left corner; `y` is its baseline. */
export type Placed = {
  page: number
  x: number
  y: number
  width: number
  size: number
  font: string
  text: string
}
/** A part of the tree that screen readers walk. */
export type Part = { tag: string; text: string; alt: string | null; lang: string | null; parts: Part[] }
export type ReadPdf = {
  pages: { width: number; height: number }[]
  placed: Placed[]
  tree: Part
  /** How many letters were drawn that the font has no picture for. */
  missing: number
  /** Whether everything that is drawn is tagged or marked as ornament. */
  whole: boolean
  lang: string | null
  title: string
}

type Font = { name: string; letters: string[]; widths: number[] }
type Drawn = { placed: Placed[]; byMcid: Map<number, string>; missing: number; whole: boolean }

/** Reads back a PDF as pdfkit writes it: enough to tell what is on paper, where, and what is read aloud. */
export function readPdf(file: Buffer): ReadPdf {
  const objects = readObjects(file)
  const text = (id: string) => objects.get(id)?.text ?? ''
  const catalog = [...objects.values()].find((object) => object.text.includes('/Type /Catalog'))?.text ?? ''
  const pageIds = refs(text(ref(catalog, 'Pages')), 'Kids')
  const drawn = pageIds.map((id, page) => readPage(objects, id, page))
  const info = text(/\/Info (\d+) 0 R/.exec(file.toString('latin1'))?.[1] ?? '')
  const read = (id: string): Part =>
    readPart(text(id), (child) => read(child), {
      say: (mcid, pageId) => drawn[pageIds.indexOf(pageId)]?.byMcid.get(mcid) ?? '',
    })
  return {
    pages: pageIds.map((id) => {
      const [, , width = 0, height = 0] = numbers(/\/MediaBox \[([^\]]*)\]/.exec(text(id))?.[1] ?? '')
      return { width, height }
    }),
    placed: drawn.flatMap(({ placed }) => placed),
    tree: read(refs(text(ref(catalog, 'StructTreeRoot')), 'K')[0] ?? ''),
    missing: drawn.reduce((sum, { missing }) => sum + missing, 0),
    whole: /\/Marked true/.test(text(ref(catalog, 'MarkInfo'))) && drawn.every(({ whole }) => whole),
    lang: readString(catalog, 'Lang'),
    title: asText(text(ref(info, 'Title')).trim().slice(1, -1)),
  }
}

/** Every part of a tree, in reading order. */
export const flat = (part: Part): Part[] => [part, ...part.parts.flatMap(flat)]

type Objects = Map<string, { text: string; stream: Buffer | null }>

function readObjects(file: Buffer): Objects {
  const source = file.toString('latin1')
  const found: Objects = new Map()
  for (const match of source.matchAll(/(?<=\n)(\d+) 0 obj\n/g)) {
    const start = match.index + match[0].length
    const body = source.slice(start, source.indexOf('\nendobj', start))
    const split = body.indexOf('stream\n')
    const text = split < 0 ? body : body.slice(0, split)
    const bytes =
      split < 0 ? null : file.subarray(start + split + 7, start + body.length - '\nendstream'.length)
    const stream = bytes && text.includes('/FlateDecode') ? inflateSync(bytes) : bytes
    found.set(match[1] ?? '', { text, stream })
  }
  return found
}

const ref = (text: string, key: string) => new RegExp(`/${key} (\\d+) 0 R`).exec(text)?.[1] ?? ''
const refs = (text: string, key: string) =>
  Array.from(
    (new RegExp(`/${key} \\[([^\\]]*)\\]`).exec(text)?.[1] ?? '').matchAll(/(\d+) 0 R/g),
    ([, id = '']) => id,
  )
const numbers = (text: string) => text.trim().split(/\s+/).map(Number)

function readFont(objects: Objects, id: string): Font {
  const text = objects.get(id)?.text ?? ''
  const cmap = objects.get(ref(text, 'ToUnicode'))?.stream?.toString('latin1') ?? ''
  const letters = Array.from(
    (/beginbfrange\n([\s\S]*?)endbfrange/.exec(cmap)?.[1] ?? '').matchAll(/\[([^\]]*)\]/g),
  ).flatMap(([, list = '']) =>
    Array.from(list.matchAll(/<([^>]*)>/g), ([, hex = '']) => fromHex(hex.replaceAll(' ', ''))),
  )
  const descendant = objects.get(refs(text, 'DescendantFonts')[0] ?? '')?.text ?? ''
  return {
    name: /\/BaseFont \/\w+\+([\w-]+)/.exec(text)?.[1] ?? '',
    letters,
    widths: numbers(/\/W \[0 \[([^\]]*)\]/.exec(descendant)?.[1] ?? ''),
  }
}

const fromHex = (hex: string) => Buffer.from(hex, 'hex').swap16().toString('utf16le')

function readPage(objects: Objects, id: string, page: number): Drawn {
  const text = objects.get(id)?.text ?? ''
  const resources = objects.get(ref(text, 'Resources'))?.text ?? ''
  const fonts = new Map(
    Array.from(resources.matchAll(/\/(F\d+) (\d+) 0 R/g), ([, name = '', font = '']) => [
      name,
      readFont(objects, font),
    ]),
  )
  const height = numbers(/\/MediaBox \[([^\]]*)\]/.exec(text)?.[1] ?? '')[3] ?? 0
  const content = objects.get(ref(text, 'Contents'))?.stream?.toString('latin1') ?? ''
  const drawn: Drawn = { placed: [], byMcid: new Map(), missing: 0, whole: true }
  // What is open now: the number of tagged content, or why it has none.
  const open: (number | 'artifact' | 'span')[] = []
  let [font, size, x, y]: [Font | undefined, number, number, number] = [undefined, 0, 0, 0]
  for (const line of content
    .replace(/<<\n([\s\S]*?)>> BDC/g, (_, inner: string) => `${inner.replaceAll('\n', ' ')}BDC`)
    .split('\n')) {
    const mcid = /\/MCID (\d+)/.exec(line)?.[1]
    if (line.endsWith('BDC'))
      open.push(
        mcid === undefined
          ? line.includes('Artifact') || open.at(-1) === 'artifact'
            ? 'artifact'
            : 'span'
          : Number(mcid),
      )
    else if (line === 'EMC') open.pop()
    const at = /^1 0 0 1 (\S+) (\S+) Tm$/.exec(line)
    if (at) [x, y] = [Number(at[1]), height - Number(at[2])]
    const set = /^\/(F\d+) (\S+) Tf$/.exec(line)
    if (set) [font, size] = [fonts.get(set[1] ?? ''), Number(set[2])]
    if (/^(f|S|B|\/I\d+ Do)\*?$/.test(line) && open.length === 0) drawn.whole = false
    if (!line.endsWith(' TJ') || !font) continue
    const { glyphs, said, width } = readLine(line, font)
    drawn.missing += glyphs.filter((glyph) => glyph === 0).length
    drawn.placed.push({ page, x, y, width: width * size, size, font: font.name, text: said })
    const tagged = open.findLast((one) => typeof one === 'number')
    if (open.length === 0) drawn.whole = false
    if (tagged !== undefined) drawn.byMcid.set(tagged, (drawn.byMcid.get(tagged) ?? '') + said)
  }
  return drawn
}

/** One `TJ`: letters, and steps between them. The width, by size 1, is without spaces at the end. */
function readLine(line: string, font: Font) {
  const glyphs: number[] = []
  let [said, at, width] = ['', 0, 0]
  for (const [, hex, step] of line.matchAll(/<([0-9a-f]+)>|(-?[\d.]+)/g)) {
    at -= Number(step ?? 0) / 1000
    for (const code of hex?.match(/.{4}/g) ?? []) {
      const glyph = Number.parseInt(code, 16)
      const letter = font.letters[glyph] ?? ''
      glyphs.push(glyph)
      said += letter
      at += (font.widths[glyph] ?? 0) / 1000
      if (letter !== ' ') width = at
    }
  }
  return { glyphs, said, width }
}

function readPart(
  text: string,
  read: (id: string) => Part,
  { say }: { say: (mcid: number, pageId: string) => string },
): Part {
  const kids = /\/K \[([\s\S]*?)\]\n/.exec(text)?.[1] ?? ''
  const pageId = ref(text.replace(kids, ''), 'Pg')
  const parts: Part[] = []
  let said = ''
  for (const kid of kids.matchAll(/<<([\s\S]*?)>>|(\d+) 0 R|(\d+)/g)) {
    const [, elsewhere, child, mcid] = kid
    if (elsewhere !== undefined)
      said += say(Number(/\/MCID (\d+)/.exec(elsewhere)?.[1]), ref(elsewhere, 'Pg'))
    else if (child !== undefined) parts.push(read(child))
    else said += say(Number(mcid), pageId)
  }
  return {
    tag: /\/S \/(\w+)/.exec(text)?.[1] ?? '',
    text: said,
    alt: readString(text, 'Alt'),
    lang: readString(text, 'Lang'),
    parts,
  }
}

function readString(text: string, key: string): string | null {
  const found = new RegExp(`/${key} \\(((?:\\\\[\\s\\S]|[^\\\\)])*)\\)`).exec(text)?.[1]
  return found === undefined ? null : asText(found)
}

/** A PDF string: Latin-1, or UTF-16 after a byte order mark. */
function asText(written: string): string {
  const bytes = Buffer.from(
    written.replace(
      /\\([\s\S])/g,
      (_, letter: string) => ({ n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' })[letter] ?? letter,
    ),
    'latin1',
  )
  return bytes[0] === 0xfe && bytes[1] === 0xff
    ? Buffer.from(bytes.subarray(2)).swap16().toString('utf16le')
    : bytes.toString('latin1')
}
