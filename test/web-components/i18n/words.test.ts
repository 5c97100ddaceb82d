import { describe, expect, test } from 'vitest'
import { admin } from '../../../web-components/i18n/admin.en.ts'
import { admin as administracion } from '../../../web-components/i18n/admin.es.ts'
import { common } from '../../../web-components/i18n/common.en.ts'
import { common as comun } from '../../../web-components/i18n/common.es.ts'
import { embed } from '../../../web-components/i18n/embed.en.ts'
import { embed as incrustada } from '../../../web-components/i18n/embed.es.ts'
import { invite } from '../../../web-components/i18n/invite.en.ts'
import { invite as invitacion } from '../../../web-components/i18n/invite.es.ts'
import { patient } from '../../../web-components/i18n/patient.en.ts'
import { patient as paciente } from '../../../web-components/i18n/patient.es.ts'
import { slip } from '../../../web-components/i18n/slip.en.ts'
import { slip as comprobante } from '../../../web-components/i18n/slip.es.ts'
import { staff } from '../../../web-components/i18n/staff.en.ts'
import { staff as personal } from '../../../web-components/i18n/staff.es.ts'
import { createWords, type Entry, type StaffId } from '../../../web-components/i18n/words.ts'

const sources = import.meta.glob<string>(
  ['../../../web-components/**/*.ts', '!../../../web-components/i18n/*.{en,es}.ts'],
  { query: '?raw', import: 'default', eager: true },
)
const code = Object.values(sources).join('\n')
const FILES: [name: string, en: Record<string, Entry>, es: Record<string, Entry>][] = [
  ['common', common, comun],
  ['patient', patient, paciente],
  ['staff', staff, personal],
  ['admin', admin, administracion],
  ['questions over the card', invite, invitacion],
  ['card in a host', embed, incrustada],
  ['slip', slip, comprobante],
]
const texts = (entry: Entry | undefined): string[] =>
  typeof entry === 'string' ? [entry] : Object.values(entry ?? {})
const all = FILES.flatMap(([, en]) => Object.values(en).flatMap(texts))
const facts = (text: string) =>
  [...text.matchAll(/\{\w+\}/g)]
    .map(String)
    .filter((name) => name !== '{count}')
    .sort()

const english = createWords<StaffId>('en', { ...common, ...staff }, 'America/Los_Angeles')
const spanish = createWords<StaffId>('es', { ...comun, ...personal }, 'America/Los_Angeles')

describe.each(FILES)('the words for %s', (name, en, es) => {
  test('Spanish has every id of English and no other', () => {
    expect(Object.keys(es).sort()).toEqual(Object.keys(en).sort())
  })

  test('every text says something and fills in the same facts in both languages', () => {
    for (const [id, entry] of Object.entries(en)) {
      const [first = '', ...rest] = [...texts(entry), ...texts(es[id])]
      expect(first.trim(), id).not.toBe('')
      expect(rest.length, id).toBeGreaterThan(0)
      for (const text of rest) {
        expect(text.trim(), id).not.toBe('')
        expect(facts(text), id).toEqual(facts(first))
      }
    }
  })

  test('no id is unused, and none is in two files', () => {
    const others = FILES.filter(([other]) => other !== name).flatMap(([, words]) => Object.keys(words))
    expect(Object.keys(en).filter((id) => !code.includes(`'${id}'`) || others.includes(id))).toEqual([])
  })
})

test('no id is a word of the service: the build makes ids short wherever they stand', () => {
  const service = Object.values(
    import.meta.glob<string>('../../../src/**/*.ts', { query: '?raw', import: 'default', eager: true }),
  ).join('\n')
  const ids = FILES.flatMap(([, en]) => Object.keys(en))
  expect(ids.filter((id) => service.includes(`'${id}'`))).toEqual([])
})

describe('the voice', () => {
  test('no word blames or speaks like a machine', () => {
    expect(
      all.filter((text) => /\b(invalid|error|failed|user|submit|authenticate|oops)\b/i.test(text)),
    ).toEqual([])
  })

  test('no word promises what is not there', () => {
    expect(
      all.filter((text) => /\b(visits?|appointments?|messages?|passkeys?|reminders?|reset)\b/i.test(text)),
    ).toEqual([])
  })
})

describe('words', () => {
  test('follow the number in both languages', () => {
    expect(english.msg('pill.missing', { count: 1 })).toBe('1 thing missing')
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
    expect(english.daysUntil(lateInTheEvening, Date.parse('2026-12-15T08:30:00Z'))).toBe(0)
    expect(english.daysUntil(lateInTheEvening, Date.parse('2026-10-16T06:59:59Z'))).toBe(61)
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
