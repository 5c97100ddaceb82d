import { describe, expect, test } from 'vitest'
import { en } from '../../../web-components/i18n/en.ts'
import { es } from '../../../web-components/i18n/es.ts'
import { createWords, type Dictionary, type MessageId } from '../../../web-components/i18n/words.ts'

const sources = import.meta.glob<string>(
  ['../../../web-components/**/*.ts', '!../../../web-components/i18n/{en,es}.ts'],
  { query: '?raw', import: 'default', eager: true },
)
const code = Object.values(sources).join('\n')
const ids = Object.keys(en) as MessageId[]
const texts = (entry: Dictionary[MessageId]): string[] =>
  typeof entry === 'string' ? [entry] : Object.values(entry)
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()

const english = createWords('en', en, 'America/Los_Angeles')
const spanish = createWords('es', es, 'America/Los_Angeles')

describe('the dictionaries', () => {
  test('Spanish has every id of English and no other', () => {
    expect(Object.keys(es).sort()).toEqual([...ids].sort())
  })

  test('every text says something and fills in the same facts in both languages', () => {
    for (const id of ids) {
      const [first = '', ...rest] = [...texts(en[id]), ...texts(es[id])]
      expect(first.trim(), id).not.toBe('')
      for (const text of rest) {
        expect(text.trim(), id).not.toBe('')
        if (id !== 'card.allReady')
          expect(
            placeholders(text).filter((name) => name !== '{count}'),
            id,
          ).toEqual(placeholders(first).filter((name) => name !== '{count}'))
      }
    }
  })

  test('no id is unused', () => {
    expect(ids.filter((id) => !code.includes(`'${id}'`))).toEqual([])
  })

  test('no word blames or speaks like a machine', () => {
    const all = ids.flatMap((id) => texts(en[id]))
    expect(
      all.filter((text) => /\b(invalid|error|failed|user|submit|authenticate|oops)\b/i.test(text)),
    ).toEqual([])
  })
})

describe('words', () => {
  test('follow the number in both languages', () => {
    expect(english.msg('activate.codeShort', { count: 1 })).toBe('One character is missing. The code has 8.')
    expect(english.msg('card.waiting', { name: 'Walter', count: 14 })).toBe(
      'Waiting for Walter. 14 days left.',
    )
    expect(spanish.msg('card.waiting', { name: 'Walter', count: 1 })).toBe('Esperando a Walter. Queda 1 día.')
  })

  test('dates are the practice’s day, wherever the reader is', () => {
    const lateInTheEvening = Date.parse('2026-12-16T05:00:00Z')
    expect(english.day(lateInTheEvening)).toBe('Tuesday, December 15, 2026')
    expect(spanish.day(lateInTheEvening)).toBe('martes, 15 de diciembre de 2026')
    expect(english.hour(lateInTheEvening)).toBe(21)
  })

  test('a birth date may lack the day or the month', () => {
    expect(english.birthDate('1948-03-14')).toBe('March 14, 1948')
    expect(english.birthDate('1948-03')).toBe('March 1948')
    expect(english.birthDate('1948')).toBe('1948')
  })

  test('waits are rounded up in the largest unit that fits', () => {
    expect([30, 91, 7200].map((seconds) => english.wait(seconds))).toEqual([
      '30 seconds',
      '2 minutes',
      '2 hours',
    ])
    expect(english.wait(0)).toBe('1 second')
  })
})
