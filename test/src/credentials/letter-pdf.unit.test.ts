import { deflateSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { setLetter } from '../../../src/credentials/letter-pdf.ts'
import { letterAddress, type LetterFacts, toSheets } from '../../../src/credentials/letter-sheets.ts'
import type { LetterPdfs } from '../../../src/credentials/schema.ts'
import { toQr } from '../../../src/credentials/slip-content.ts'
import { flat, type Placed, readPdf, type ReadPdf } from '../../support/pdf.ts'
import { activation, fernwood, person, rosa, temporary, walter } from './letter-facts.ts'

const MM = 72 / 25.4

const set = (facts: LetterFacts) =>
  setLetter({ sheets: toSheets(facts), qr: toQr(letterAddress(facts)), logo: facts.practice.logo })

/** The four files, read back. */
async function read(facts: LetterFacts): Promise<Record<keyof LetterPdfs, ReadPdf>> {
  const pdfs = await set(facts)
  if (!pdfs) throw new Error('The letter was not set.')
  const open = (pdf: string) => readPdf(Buffer.from(pdf, 'base64'))
  return {
    letter: open(pdfs.letter),
    letterLarge: open(pdfs.letterLarge),
    a4: open(pdfs.a4),
    a4Large: open(pdfs.a4Large),
  }
}

const said = (pdf: ReadPdf) =>
  flat(pdf.tree).map(({ tag, text }) => `${tag} ${text.replaceAll('\u00A0', ' ')}`)
const find = (pdf: ReadPdf, text: string) => pdf.placed.find((placed) => placed.text.includes(text))

/** Texts that lie on one another, or outside of the margins. Accents and tails may stand out, whole letters may not. */
function faults({ pages, placed }: ReadPdf): string[] {
  const box = ({ x, y, width, size }: Placed) => ({
    left: x,
    right: x + width,
    top: y - 0.7 * size,
    bottom: y + 0.2 * size,
  })
  const outside = placed.filter((one) => {
    const { left, right, top, bottom } = box(one)
    const { width = 0, height = 0 } = pages[one.page] ?? {}
    return left < 19.9 * MM || right > width - 19.9 * MM || top < 17.9 * MM || bottom > height - 10.9 * MM
  })
  const letters = placed.filter(({ text }) => text !== '')
  const overlapping = letters.filter((one, index) =>
    letters.slice(index + 1).some((other) => {
      const [a, b] = [box(one), box(other)]
      const apart =
        a.right <= b.left + 0.5 || b.right <= a.left + 0.5 || a.bottom <= b.top || b.bottom <= a.top
      return one.page === other.page && !apart
    }),
  )
  return [...outside, ...overlapping].map(({ page, text }) => `${page}: ${text}`)
}

const everyLetter: [string, LetterFacts][] = [
  ['a code, in English', activation(walter)],
  ['a code, in Spanish and English', activation(rosa)],
  ['no code', activation(rosa, { code: null })],
  ['a temporary password', temporary(rosa)],
]

describe.each(everyLetter)('a letter with %s', (_, facts) => {
  let pdfs: Awaited<ReturnType<typeof read>>
  beforeAll(async () => {
    pdfs = await read(facts)
  })
  const sheets = toSheets(facts)

  test('has one page for each language on both papers; large print has two at most', async () => {
    const { letter: us, a4, letterLarge, a4Large } = pdfs
    expect(us.pages).toEqual(sheets.map(() => ({ width: 612, height: 792 })))
    expect(a4.pages).toEqual(sheets.map(() => ({ width: 595.28, height: 841.89 })))
    for (const large of [letterLarge, a4Large])
      expect(large.pages.length).toBeLessThanOrEqual(2 * sheets.length)
  })

  test('nothing lies on anything else or in a margin, and no letter is missing', async () => {
    for (const pdf of Object.values(pdfs)) expect([faults(pdf), pdf.missing]).toEqual([[], 0])
  })

  test('everything is tagged, in the order in which it is read, in its language', async () => {
    for (const pdf of Object.values(pdfs)) {
      expect([pdf.whole, pdf.lang, pdf.title]).toEqual([true, sheets[0]?.language, sheets[0]?.title])
      expect(pdf.tree.tag).toBe('Document')
      expect(pdf.tree.parts.map(({ tag, lang }) => [tag, lang])).toEqual(
        sheets.map(({ language }) => ['Sect', language]),
      )
      for (const [index, sheet] of sheets.entries()) {
        const lines = said({ ...pdf, tree: pdf.tree.parts[index] ?? pdf.tree })
        const wanted = [
          `P ${sheet.from.name}`,
          ...sheet.from.address.map((line) => `P ${line}`),
          `P ${sheet.date}`,
          `P ${sheet.to.name}`,
          ...sheet.to.address.map((line) => `P ${line}`),
          `H1 ${sheet.title}`,
          `P ${sheet.text}`,
          ...sheet.steps.map(({ lead, rest }) => `LBody ${lead}${rest}`),
          ...sheet.facts.map(({ label }) => `P ${label}`),
          `P ${sheet.until}`,
          `H2 ${sheet.help.title}`,
          `P ${sheet.help.text}`,
          `H2 ${sheet.privacy.title}`,
          `P ${sheet.account}`,
        ]
        expect(lines.filter((line) => wanted.includes(line))).toEqual(wanted)
      }
    }
  })

  test('text is at least 14 points, codes 25, in large print 18 and 32', async () => {
    for (const [name, pdf] of Object.entries(pdfs)) {
      const [text, code] = name.endsWith('Large') ? [18, 32] : [14, 25]
      expect(Math.min(...pdf.placed.map(({ size }) => size))).toBeGreaterThanOrEqual(text)
      const codes = sheets.flatMap(({ facts }) => facts.filter(({ form }) => /code|digits|words/.test(form)))
      for (const { value } of codes) {
        const placed = find(pdf, value.slice(0, 3))
        expect(placed?.font).toBe('NotoSansMono-Bold')
        expect(placed?.size).toBeGreaterThanOrEqual(code)
      }
    }
  })

  test('the address shows in the window of an envelope', async () => {
    for (const pdf of Object.values(pdfs)) {
      const lines = [sheets[0]?.to.name ?? '', ...(sheets[0]?.to.address ?? [])]
      const block = pdf.placed.filter(({ page, x, text }) => page === 0 && x < 100 && lines.includes(text))
      expect(block.map(({ text }) => text)).toEqual(lines)
      for (const { x, y, size } of block) {
        expect(x).toBeCloseTo(20 * MM, 1)
        expect(y - size).toBeGreaterThanOrEqual(51 * MM)
        expect(y).toBeLessThanOrEqual(76 * MM)
      }
    }
  })
})

describe('what is read aloud', () => {
  test('a code is heard character by character, and the QR code and the logo have words', async () => {
    const logo = { mediaType: 'image/png' as const, data: png().toString('base64') }
    const { a4 } = await read(activation(walter, { practice: { ...fernwood, logo } }))
    expect(
      flat(a4.tree)
        .filter(({ alt }) => alt !== null)
        .map(({ tag, alt, text }) => [tag, alt, text.replace(/\s/, ' ')]),
    ).toEqual([
      ['Figure', 'Fernwood Family Practice', ''],
      ['Span', '4 8 2, 9 1 3', '482 913'],
      ['Span', 'K 7 R M, 4 X W D', 'K7RM 4XWD'],
      ['Figure', "QR code that opens the portal's activation page", ''],
    ])
    expect(a4.whole).toBe(true)
  })
})

describe('names', () => {
  test.each([
    '王小明',
    '王曉明',
    'Łukasiewicz',
    'Núñez',
    'Đặng Thị Ánh',
    'Ọ̀ṣun',
    'Чехов',
    'さくら',
    'O’Brien-Ng',
  ])('%s comes out as it is', async (name) => {
    const { letter, a4Large } = await read(activation(person(name, name, 'en', `1 ${name} Street`)))
    for (const pdf of [letter, a4Large]) {
      const words = said(pdf).join('\n').normalize('NFD')
      // A mark that no letter could be composed with is drawn as a second letter, and said by the text beside it.
      const plain = name.normalize('NFC').match(/\p{M}/u)
        ? name.normalize('NFD').replace(/\p{M}/gu, '')
        : name
      const heard = plain === name ? words : words.replace(/\p{M}/gu, '')
      expect(heard).toContain(`1 ${plain} Street`.normalize('NFD'))
      expect([pdf.missing, faults(pdf)]).toEqual([0, []])
    }
  })

  test.each([
    ['Arabic', 'محمد'],
    ['Hebrew', 'דוד'],
    ['Devanagari', 'राम'],
    ['Korean', '김민수'],
    ['an emoji', 'Ana 🌸'],
  ])('a name in %s makes no PDF at all, whatever part of the letter it is in', async (_, name) => {
    await expect(set(activation(person(name, 'Okafor', 'en')))).resolves.toBeNull()
    await expect(set(activation(person('Walter', 'Okafor', 'en', `1 ${name} Street`)))).resolves.toBeNull()
    await expect(set(activation(walter, { practice: { ...fernwood, address: [name] } }))).resolves.toBeNull()
  })
})

describe('absurd lengths', () => {
  const word = 'Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle'
  test.each([
    ['a name without a space', person(word, word.repeat(3), 'en')],
    ['a name of a hundred words', person('Maximiliane', 'Hohenlohe-Waldenburg '.repeat(50), 'en')],
    ['an address longer than a page', person('Walter', 'Okafor', 'en', 'Behind the Old Mill, '.repeat(250))],
    ['a Chinese name of a hundred characters', person('明'.repeat(100), '王'.repeat(20), 'en')],
  ])('%s wraps, goes on on the next page, and lies on nothing', async (_, patient) => {
    for (const pdf of Object.values(await read(activation(patient)))) {
      expect(faults(pdf)).toEqual([])
      expect(said(pdf).join('\n')).toContain('Need a hand?')
    }
  })

  const line = 'Suite 1400, Building C, North Entrance, beside the Community Hall'
  const longWinded = {
    ...fernwood,
    name: 'The Fernwood and Greater Willamette Valley Community Family Medicine and Pediatrics Cooperative',
    address: [line, line, 'Fernwood, OR 97000-1234'],
    portalUrl: 'https://patients.portal.willamette-valley-community-medicine.example/fernwood-north/portal/',
  }

  test('everything that a practice writes about itself wraps too', async () => {
    const hours = {
      en: 'Monday to Thursday, 8 to 5, Friday, 8 to 12, and every other Saturday in the winter',
    }
    const username = `${'walter.okafor'.repeat(4)}@mail.example`
    const facts = { ...temporary(walter), practice: { ...longWinded, hours }, username } as LetterFacts
    for (const pdf of Object.values(await read(facts))) {
      expect(faults(pdf)).toEqual([])
      for (const whole of [longWinded.portalUrl.slice(8, -1), longWinded.name, username, line])
        expect(said(pdf)).toContain(`P ${whole}`)
    }
  })

  test('what is merely long stays on one page', async () => {
    const patient = person(
      'Maximiliane Friederike',
      'von Hohenlohe-Waldenburg',
      'es',
      'c/o Alder Court Residential Home',
    )
    patient.address?.[0]?.line?.push('18 Alder Court, Apt 2204')
    const practice = {
      ...fernwood,
      name: 'Greater Willamette Valley Family Medicine and Pediatrics',
      address: ['120 Wharf Road, Suite 1400', 'North Entrance', 'Fernwood, OR 97000-1234'],
      portalUrl: longWinded.portalUrl,
    }
    for (const facts of [activation(patient, { practice }), { ...temporary(patient), practice }]) {
      const { letter, a4 } = await read(facts)
      expect([letter.pages.length, a4.pages.length]).toEqual([2, 2])
      expect([...faults(letter), ...faults(a4)]).toEqual([])
    }
  })

  test('the pages of a long letter say whose they are', async () => {
    const { letterLarge } = await read(activation(walter))
    expect(
      letterLarge.placed
        .filter(({ text }) => text.startsWith('Walter Okafor '))
        .map(({ text }) => text.trim()),
    ).toEqual(['Walter Okafor   1/2', 'Walter Okafor   2/2'])
  })
})

describe('a letter that has less to say', () => {
  test('leaves out the box, the steps and the foot', async () => {
    const [sheet] = toSheets(activation(walter))
    if (!sheet) throw new Error('There is no sheet.')
    const none = { title: '', text: '' }
    const bare = {
      ...sheet,
      text: 'One thing.\n\nAnother.\nAnd more.',
      steps: [],
      facts: [],
      qr: null,
      until: '',
      help: none,
      privacy: none,
      account: null,
    }
    const pdfs = await setLetter({ sheets: [bare], qr: null, logo: null })
    const pdf = readPdf(Buffer.from(pdfs?.a4 ?? '', 'base64'))
    expect(
      said(pdf)
        .slice(-3)
        .map((text) => text.trim()),
    ).toEqual([`H1 ${sheet.title}`, 'P One thing.', 'P Another. And more.'])
  })
})

describe('the practice’s picture', () => {
  const withLogo = (data: Buffer) =>
    set(
      activation(walter, {
        practice: { ...fernwood, logo: { mediaType: 'image/png', data: data.toString('base64') } },
      }),
    )

  test.each([
    ['no picture at all', Buffer.from('hello')],
    ['half a picture', png().subarray(0, 60)],
    ['a picture that is huge once unpacked', png({ width: 30_000, height: 30_000 })],
  ])('%s costs nobody the letter', async (_, data) => {
    const pdf = readPdf(Buffer.from((await withLogo(data))?.a4 ?? '', 'base64'))
    expect(flat(pdf.tree).filter(({ tag }) => tag === 'Figure')).toHaveLength(1)
    expect(said(pdf)).toContain('H1 Walter, your patient portal is ready.')
  })
})

/** A small picture with transparency; its header may claim another size. */
function png({ width, height } = { width: 2, height: 2 }): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    return Buffer.concat([length, Buffer.from(type, 'latin1'), data, sum])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 6, 0, 0, 0], 8)
  const rows = Buffer.from([0, 11, 90, 102, 255, 0, 0, 0, 0, 0, 255, 0, 0, 128, 11, 90, 102, 255])
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
