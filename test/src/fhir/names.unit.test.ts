import type { HumanName, Patient } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { displayName, firstName, foldInitial, initialPairs, lastName } from '../../../src/fhir/names.ts'

const named = (...name: HumanName[]): Patient => ({ resourceType: 'Patient', name })

describe('a first letter is compared without accents and in capitals', () => {
  test.each([
    ['Łukasz', 'L'],
    ['łukasz', 'L'],
    ['Øystein', 'O'],
    ['đặng', 'D'],
    ['Ðrífa', 'D'],
    ['Æthelred', 'A'],
    ['æ', 'A'],
    ['Œuvre', 'O'],
    ['œ', 'O'],
    ['ß', 'S'],
    ['Élodie', 'E'],
    ['E\u0301lodie', 'E'],
    ['ñu', 'N'],
    ['İpek', 'I'],
    ['ırmak', 'I'],
    ['Žofie', 'Z'],
    ["'t Hooft", 'T'],
    ['ʻAulani', 'A'],
    [' 3 ana', 'A'],
    ['Ａｎａ', 'A'],
    ['Иван', 'И'],
    ['ёлка', 'Е'],
    ['Ωmega', 'Ω'],
    ['小明', '小'],
    ['𠮷田', '𠮷'],
    ['김철수', '김'],
    ['عمر', 'ع'],
    ['יעל', 'י'],
    ['दीपा', 'द'],
    ['123', ''],
    ['🙂', ''],
    ['', ''],
  ])('%s → %s', (text, letter) => {
    expect(foldInitial(text)).toBe(letter)
  })
})

describe('initials', () => {
  test.each<[string, HumanName[], string[]]>([
    ['a plain name', [{ given: ['Ana', 'María'], family: 'Silva' }], ['AS']],
    ['Łucja Łukasiewicz', [{ given: ['Łucja'], family: 'Łukasiewicz' }], ['LL']],
    ['de la Cruz', [{ given: ['María'], family: 'de la Cruz' }], ['MC', 'MD']],
    ['van der Berg', [{ given: ['Jan'], family: 'van der Berg' }], ['JB', 'JV']],
    ['Van Der Berg in capitals', [{ given: ['Jan'], family: 'VAN DER BERG' }], ['JB', 'JV']],
    ['d’Angelo', [{ given: ['Rita'], family: 'd’Angelo' }], ['RA', 'RD']],
    ['Al-Hassan', [{ given: ['Omar'], family: 'Al-Hassan' }], ['OA', 'OH']],
    ['O’Brien has no particle', [{ given: ['Sean'], family: "O'Brien" }], ['SO']],
    ['García López is filed under G', [{ given: ['Luz'], family: 'García López' }], ['LG']],
    ['Vân, a family name that is also a particle', [{ given: ['An'], family: 'Van' }], ['AV']],
    ['a mononym, as family name', [{ family: 'Sukarno' }], ['SS']],
    ['a mononym, as given name', [{ given: ['Cher'] }], ['CC']],
    ['a mononym, as text', [{ text: 'Cher' }], ['CC']],
    ['text only', [{ text: 'Ana Silva' }], ['AS']],
    ['text only, with title and suffix', [{ text: 'Dr. Ana María Silva Jr.' }], ['AS']],
    ['text only, with particles', [{ text: 'Juan Carlos de la Cruz' }], ['JC', 'JD']],
    ['text only, family name first', [{ text: 'de la Cruz, Juan' }], ['JC', 'JD']],
    ['text that completes a family name', [{ family: 'Silva', text: 'Ana Silva' }], ['AS']],
    ['王小明', [{ family: '王', given: ['小明'] }], ['小王']],
    ['王小明 as text', [{ text: '王小明' }], ['小王']],
    ['김 철수 as text', [{ text: '김 철수' }], ['철김']],
    ['𠮷田, outside the first plane', [{ family: '𠮷田', given: ['𠮷'] }], ['𠮷𠮷']],
    [
      'a romanised name beside it',
      [{ family: '王', given: ['小明'] }, { text: 'Xiaoming Wang' }],
      ['XW', '小王'],
    ],
    [
      'a usual name without a family name',
      [
        { use: 'official', given: ['Robert'], family: 'Nuñez' },
        { use: 'usual', given: ['Bob'] },
      ],
      ['BN', 'RN'],
    ],
    [
      'a maiden name that is still used',
      [
        { given: ['Ana'], family: 'Silva' },
        { use: 'maiden', family: 'Costa' },
      ],
      ['AC', 'AS'],
    ],
    [
      'a maiden name that has ended',
      [
        { given: ['Ana'], family: 'Silva' },
        { use: 'maiden', family: 'Costa', period: { end: '2020' } },
      ],
      ['AS'],
    ],
    [
      'an old name',
      [
        { given: ['Ana'], family: 'Silva' },
        { use: 'old', given: ['Bea'], family: 'Costa' },
      ],
      ['AS'],
    ],
    ['the same pair twice', [{ text: 'Ana Silva' }, { given: ['Alba'], family: 'Soto' }], ['AS']],
    ['no letters', [{ given: ['1'], family: '2' }], []],
    ['blanks', [{ given: [' '], family: ' ', text: ' ' }], []],
    ['no name at all', [], []],
  ])('%s', (_, names, pairs) => {
    expect(initialPairs(named(...names))).toEqual(pairs)
  })

  test('a record without the name element has none', () => {
    expect(initialPairs({ resourceType: 'Patient' })).toEqual([])
  })
})

describe('what a patient is called', () => {
  test.each<[string, HumanName[], string, string]>([
    [
      'given and family name',
      [{ given: ['Ana', 'M.'], family: 'Silva', suffix: ['Jr.'] }],
      'Ana M. Silva Jr.',
      'Ana',
    ],
    ['the title is left out', [{ prefix: ['Mrs.'], given: ['Ana'], family: 'Silva' }], 'Ana Silva', 'Ana'],
    [
      'the text as the EHR writes it',
      [{ text: 'SILVA, Ana', given: ['Ana'], family: 'Silva' }],
      'SILVA, Ana',
      'Ana',
    ],
    ['text only', [{ text: 'Ana Silva' }], 'Ana Silva', 'Ana Silva'],
    ['no given name', [{ family: 'Sukarno' }], 'Sukarno', 'Sukarno'],
    ['王小明', [{ family: '王', given: ['小明'] }], '王小明', '王小明'],
    ['김철수', [{ family: '김', given: ['철수'] }], '김철수', '김철수'],
    [
      'usual before official',
      [
        { use: 'official', given: ['Robert'], family: 'Lee' },
        { use: 'usual', given: ['Bo'], family: 'Lee' },
      ],
      'Bo Lee',
      'Bo',
    ],
    [
      'official before the rest',
      [
        { use: 'nickname', given: ['Bobby'] },
        { use: 'official', given: ['Robert'], family: 'Lee' },
      ],
      'Robert Lee',
      'Robert',
    ],
    [
      'a usual name that is half a name: to speak with, not to tell patients apart',
      [
        { use: 'usual', given: ['Bo'] },
        { use: 'official', given: ['Robert'], family: 'Lee' },
      ],
      'Robert Lee',
      'Bo',
    ],
    [
      'never by a name that has ended',
      [
        { use: 'old', given: ['Alex'], family: 'Old' },
        { use: 'maiden', given: ['Alex'], family: 'Maiden' },
        { use: 'usual', given: ['Alex'], family: 'Ended', period: { end: '2020-01-01' } },
        { text: 'Sam Doe' },
      ],
      'Sam Doe',
      'Sam Doe',
    ],
    ['unless there is no other', [{ use: 'old', given: ['Alex'], family: 'Old' }], 'Alex Old', 'Alex'],
    ['no name', [], '', ''],
  ])('%s', (_, names, whole, first) => {
    const patient = named(...names)
    expect({ whole: displayName(patient), first: firstName(patient) }).toEqual({ whole, first })
  })
})

describe('the family name', () => {
  test.each<[string, HumanName[], string]>([
    ['as it stands', [{ given: ['María'], family: 'de la Cruz' }], 'de la Cruz'],
    ['from a text', [{ text: 'Juan de la Cruz Jr.' }], 'de la Cruz'],
    [
      'of the next name, when the first is half a name',
      [{ use: 'usual', given: ['Bo'] }, { text: 'Robert Lee' }],
      'Lee',
    ],
    ['not one that has ended', [{ use: 'old', family: 'Costa' }, { given: ['Ana'] }], ''],
    ['王', [{ text: '王小明' }], '王'],
    ['none', [], ''],
  ])('%s', (_, names, family) => {
    expect(lastName(named(...names))).toBe(family)
  })
})
