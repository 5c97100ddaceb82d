import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openFont, runsOf } from '../../../src/credentials/letter-pdf-fonts.ts'
import { repository } from '../../support/sources.ts'

const folder = join(repository, 'src/credentials/fonts')
const files = readdirSync(folder).filter((name) => /\.(ttf|woff)$/.test(name))
type Font = { characterSet: number[]; hasGlyphForCodePoint(codePoint: number): boolean }
const opened = (file: string) => openFont(file) as unknown as Font

/** Scripts that pdfkit sets right: from left to right, without shaping. `Common` is digits and punctuation. */
const PLAIN =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Common}\p{Script=Inherited}]$/u
const UNSEEN = /[\p{Emoji_Presentation}\p{C}\p{Zl}\p{Zp}\p{Variation_Selector}]/u
const settable = (codePoint: number) =>
  PLAIN.test(String.fromCodePoint(codePoint)) && !UNSEEN.test(String.fromCodePoint(codePoint))

/** The way of writing that `coverage.txt` has: distance from the last one, and how many more follow, in base 36. */
function ranges(codePoints: number[]): string {
  const found: [number, number][] = []
  for (const point of codePoints.toSorted((a, b) => a - b)) {
    const last = found.at(-1)
    if (last?.[1] === point - 1) last[1] = point
    else found.push([point, point])
  }
  let end = 0
  return found
    .map(([from, to]) => {
      const step = (from - end).toString(36)
      end = to
      return to > from ? `${step}+${(to - from).toString(36)}` : step
    })
    .join(' ')
}

describe('the table of characters', () => {
  test('says what the fonts hold; after a change of fonts, run this with -u', async () => {
    const latin = new Set(opened('NotoSans-Regular.ttf').characterSet)
    const lines = files
      .filter((file) => file !== 'NotoSans-Bold.ttf')
      .toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }))
      .map((file) => {
        const own = opened(file).characterSet.filter(settable)
        const needed = file.startsWith('NotoSansSC') ? own.filter((point) => !latin.has(point)) : own
        return `${file} ${ranges(needed)}\n`
      })
    await expect(lines.join('')).toMatchFileSnapshot(join(folder, 'coverage.txt'))
  })

  test('holds for bold as for regular', () => {
    expect(opened('NotoSans-Bold.ttf').characterSet).toEqual(opened('NotoSans-Regular.ttf').characterSet)
  })
})

describe('text in runs of one font', () => {
  const fonts = (text: string, face: 'regular' | 'bold' | 'mono' = 'regular') =>
    runsOf(text, face)?.map((run) => [run.text, run.font.replace(/-.*/, '')])

  test.each([
    'Walter Okafor',
    'Núñez',
    'Łukasiewicz',
    'Đặng Thị Ánh',
    'Ștefănescu',
    'Ωνάσης',
    'Чехов',
    'Ọ̀ṣun',
  ])('%s is one run of Noto Sans', (name) =>
    expect(fonts(name)).toEqual([[name.normalize('NFC'), 'NotoSans']]),
  )

  test.each(['王小明', '王曉明', '髙橋', 'さくら', 'スミス'])('%s is set in Noto Sans SC', (name) => {
    const runs = runsOf(name, 'regular') ?? []
    expect(runs.map(({ text }) => text).join('')).toBe(name)
    for (const { text, font, heavy } of runs) {
      expect([font.startsWith('NotoSansSC'), heavy]).toEqual([true, false])
      for (const character of text)
        expect(opened(font).hasGlyphForCodePoint(character.codePointAt(0) ?? 0)).toBe(true)
    }
  })

  test('two scripts are two runs; the one without a bold is drawn heavier', () => {
    expect(fonts('王 Wang', 'bold')).toEqual([
      ['王', 'NotoSansSC'],
      [' Wang', 'NotoSans'],
    ])
    expect(runsOf('王', 'bold')?.[0]?.heavy).toBe(true)
  })

  test('codes are set in the fixed-width font, and what it lacks in the other', () => {
    expect(fonts('K7RM 4XWD', 'mono')).toEqual([['K7RM 4XWD', 'NotoSansMono']])
    expect(fonts('walł', 'mono')).toEqual([
      ['wal', 'NotoSansMono'],
      ['ł', 'NotoSans'],
    ])
  })

  test.each([
    ['Arabic', 'محمد'],
    ['Hebrew', 'דוד'],
    ['Devanagari', 'राम'],
    ['Thai', 'สมชาย'],
    ['Korean', '김민수'],
    ['an emoji', 'Ana 😀'],
    ['a rare character', '𠮷田'],
    ['a mark on a letter of another font', '王\u0301'],
    ['one such letter among others', 'Ana א'],
  ])('%s cannot be set, so nothing is', (_, text) => expect(runsOf(text, 'regular')).toBeNull())

  test('accents are composed, what is not seen is dropped, a telephone number stays whole', () => {
    expect(fonts('Nu\u0301n\u0303ez')).toEqual([['Núñez', 'NotoSans']])
    expect(fonts('a\u200Bb\u202Ec\td\u00ADe')).toEqual([['abc de', 'NotoSans']])
    expect(fonts('Call (555) 010-0100 now')).toEqual([['Call (555)\u00A0010-0100 now', 'NotoSans']])
  })
})
