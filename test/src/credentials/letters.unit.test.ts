import { describe, expect, test } from 'vitest'
import { copyText, letterAddress, toSheets } from '../../../src/credentials/letter-sheets.ts'
import {
  invitationMail,
  reminderMail,
  temporaryPasswordMail,
  welcomeMail,
} from '../../../src/credentials/letters.ts'
import { LetterSheet } from '../../../src/credentials/schema.ts'
import { activation, fernwood, person, rosa, temporary, walter } from './letter-facts.ts'

const link = 'https://portal.fernwood.example/fernwood/portal/activate#link=Zx81-abc_DEF'
const validUntil = Date.parse('2026-12-09T02:00:00Z')
const to = { practice: fernwood, firstName: 'Walter', link, validUntil }
const password = { username: 'walter@mail.example', words: 'trophy velvet canyon ribbon salad' }

describe('the letter', () => {
  test('with a code, in English', () => {
    const [sheet, ...others] = toSheets(activation(walter))
    expect(others).toEqual([])
    expect(sheet).toEqual({
      language: 'en',
      from: {
        name: 'Fernwood Family Practice',
        address: ['120 Wharf Road', 'Fernwood, OR 97000'],
        phone: '(555) 010-0100',
      },
      to: { name: 'Walter Okafor', address: ['18 Alder Court', 'Fernwood, OR 97000'] },
      date: 'December 1, 2026',
      title: 'Walter, your patient portal is ready.',
      text: 'See what we have on file about you, from home.',
      steps: [
        {
          lead: 'Scan the square',
          rest: " with your phone's camera. Or type the address below into a browser.",
        },
        { lead: 'Enter your portal ID and code', rest: ', your initials, and your birth date.' },
        {
          lead: 'Choose how you will sign in.',
          rest: ' Pick a username and a password that only you know.',
        },
      ],
      facts: [
        { label: 'Portal address', value: 'portal.fernwood.example/fernwood/portal', form: 'address' },
        { label: 'Portal ID', value: '482913', form: 'digits' },
        { label: 'Activation code', value: 'K7RM4XWD', form: 'code' },
      ],
      qr: { caption: 'Scan to begin', label: "QR code that opens the portal's activation page" },
      until: 'Please use it by Tuesday, December 15, 2026.',
      help: {
        title: 'Need a hand?',
        text: "Call (555) 010-0199, Monday to Friday, 8 to 5. Bring this letter and we'll do it together.",
      },
      privacy: { title: 'Keep it private', text: 'We never ask for your code by phone or e-mail.' },
      account: 'Account ID: PA 7F3K 92QD',
    })
  })

  test('is in the patient’s language first, then in the practice’s own', () => {
    const sheets = toSheets(activation(rosa))
    expect(sheets.map(({ language, title }) => [language, title])).toEqual([
      ['es', 'Rosa, su portal de paciente está listo.'],
      ['en', 'Rosa, your patient portal is ready.'],
    ])
    expect(sheets[0]?.date).toBe('1 de diciembre de 2026')
    expect(sheets[0]?.until).toBe('Hágalo a más tardar el martes, 15 de diciembre de 2026.')
  })

  test('is in the practice’s language where it has no other, and once', () => {
    const practice = { ...fernwood, languages: ['es' as const] }
    expect(toSheets(activation(walter, { practice })).map(({ language }) => language)).toEqual(['es'])
    expect(toSheets(activation(person('Hồ', 'Đặng', 'vi'))).map(({ language }) => language)).toEqual(['en'])
  })

  test.each([
    ['a code', activation(rosa)],
    ['no code', activation(rosa, { code: null })],
    ['a temporary password', temporary(rosa)],
  ])('with %s is complete in every language', (_, facts) => {
    const sheets = toSheets(facts)
    expect(sheets.map(({ language }) => language)).toEqual(['es', 'en'])
    for (const sheet of sheets) {
      expect(LetterSheet.parse(sheet)).toEqual(sheet)
      expect(JSON.stringify(sheet)).not.toMatch(/undefined|null|\[object/)
      expect(sheet.steps).toHaveLength(3)
    }
    // What is said differs; what is typed does not.
    const [one, other] = sheets
    expect(one?.facts.map(({ value }) => value)).toEqual(other?.facts.map(({ value }) => value))
    for (const key of ['title', 'text', 'until', 'date', 'account'] as const)
      expect(one?.[key]).not.toBe(other?.[key])
  })

  test('without a code does not speak of one', () => {
    const sheets = toSheets(activation(rosa, { code: null }))
    expect(JSON.stringify(sheets.map((sheet) => ({ ...sheet, qr: null })))).not.toMatch(/code|código/i)
    expect(sheets[0]?.facts.map(({ form }) => form)).toEqual(['address', 'digits'])
  })

  test('with a temporary password gives username and five words, and says that they end', () => {
    const [sheet] = toSheets(temporary(walter))
    expect(sheet?.facts.slice(1)).toEqual([
      { label: 'Username', value: 'walter.okafor@mail.example', form: 'username' },
      { label: 'Temporary password, five words', value: password.words, form: 'words' },
    ])
    expect(sheet?.steps.slice(1)).toEqual([
      { lead: 'Sign in with your username and these five words', rest: ', with a space between the words.' },
      { lead: 'Choose a password of your own.', rest: ' The five words stop working then.' },
    ])
  })

  test('says what it can where the practice has no telephone, the chart no address and no given name', () => {
    const practice = { ...fernwood, phone: null, helpLine: null, hours: null }
    const facts = activation({ resourceType: 'Patient' }, { practice })
    const [sheet] = toSheets(facts)
    expect(sheet?.to).toEqual({ name: '', address: [] })
    expect(sheet?.title).toBe('Your patient portal is ready.')
    expect(sheet?.help.text).toBe("Bring this letter and we'll do it together.")
    expect(copyText(facts).text).toContain('Need a hand? Ask us at your next visit.')
  })

  test('its QR code fills in ID and code behind the #, and never holds a password', () => {
    expect(letterAddress(activation(walter))).toBe(
      'https://portal.fernwood.example/fernwood/portal/activate#id=482913&code=K7RM4XWD',
    )
    expect(letterAddress(activation(walter, { code: null }))).toBe(
      'https://portal.fernwood.example/fernwood/portal/activate#id=482913',
    )
    expect(letterAddress(temporary(walter))).toBe('https://portal.fernwood.example/fernwood/portal/sign-in')
  })
})

describe('the text for staff’s own mail program', () => {
  test('has everything that the letter has, and an address that can be clicked', () => {
    expect(copyText(activation(walter))).toEqual({
      subject: 'Your patient portal at Fernwood Family Practice',
      text: `Walter, your patient portal is ready.

See what we have on file about you, from home.

1. Open the address below on your phone or computer.
2. Enter your portal ID and code, your initials, and your birth date.
3. Choose how you will sign in. Pick a username and a password that only you know.

Portal address: https://portal.fernwood.example/fernwood/portal/activate
Portal ID: 482 913
Activation code: K7RM 4XWD

Please use it by Tuesday, December 15, 2026.

We never ask for your code by phone or e-mail.

Need a hand? Call (555) 010-0199, Monday to Friday, 8 to 5.

Fernwood Family Practice
120 Wharf Road
Fernwood, OR 97000
`,
    })
  })

  test('is in the patient’s language', () => {
    const { subject, text } = copyText(temporary(rosa))
    expect(subject).toBe('Su portal de paciente en Fernwood Family Practice')
    expect(text).toContain('Usuario: walter.okafor@mail.example\n')
    expect(text).toContain('cinco palabras: trophy velvet canyon ribbon salad\n')
    expect(text).toContain('https://portal.fernwood.example/fernwood/portal/sign-in\n')
    expect(text).not.toMatch(/\b(your|the|with)\b/i)
  })
})

const mails = (['en', 'es'] as const).flatMap((language) => [
  { name: `invitation, ${language}`, language, mail: invitationMail({ ...to, language }) },
  { name: `reminder, ${language}`, language, mail: reminderMail({ ...to, language, last: false }) },
  { name: `last reminder, ${language}`, language, mail: reminderMail({ ...to, language, last: true }) },
  {
    name: `temporary password, ${language}`,
    language,
    mail: temporaryPasswordMail({ ...to, ...password, language }),
  },
  { name: `welcome, ${language}`, language, mail: welcomeMail({ ...to, language }) },
])

/** What a reader sees of HTML: no head, no tags, entities as the characters that they stand for. */
const seen = (html: string) =>
  html
    .replace(/<head>[\s\S]*<\/head>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')

describe('mails', () => {
  test.each(mails)('$name: says the same as text and as HTML', ({ language, mail }) => {
    expect(mail.html).toMatch(new RegExp(`^<!doctype html>\\s*<html lang="${language}">`))
    expect(mail.html).toContain('<title>')
    for (const line of mail.text
      .split('\n')
      .map((text) => text.replace(/:$/, ''))
      .filter(Boolean))
      for (const part of line.split(/: (?=trophy|walter)/)) expect(seen(mail.html)).toContain(part.trim())
    expect(`${mail.subject}${mail.text}${mail.html}`).not.toMatch(/undefined|null|\[object/)
  })

  test('no two subjects are the same, and none holds a name or a secret', () => {
    const subjects = mails.map(({ mail }) => mail.subject)
    expect(new Set(subjects).size).toBe(mails.length)
    for (const subject of subjects) expect(subject).not.toMatch(/Walter|trophy|link=/)
  })

  test.each(mails.filter(({ name }) => /invitation|reminder/.test(name)))(
    '$name: has the link as a button and in full, its last day, what to have ready, and whom to call',
    ({ language, mail }) => {
      expect(mail.html.split(`href="${link}"`)).toHaveLength(3)
      for (const said of language === 'en'
        ? [link, 'Tuesday, December 8, 2026', 'initials', 'birth date', 'not for you', '(555) 010-0199']
        : [
            link,
            'martes, 8 de diciembre de 2026',
            'iniciales',
            'fecha de nacimiento',
            'no es para usted',
            '(555) 010-0199',
          ])
        expect(mail.text).toContain(said)
    },
  )

  test.each(mails.filter(({ name }) => !name.startsWith('temporary')))(
    '$name: holds no password and no code',
    ({ mail }) => {
      for (const secret of [...password.words.split(' '), password.username, '482913', 'K7RM4XWD'])
        expect(`${mail.subject}${mail.text}${mail.html}`).not.toContain(secret)
    },
  )

  test('the last reminder says that it is the last', () => {
    expect(reminderMail({ ...to, language: 'en', last: true }).text).toContain('the last time we write')
    expect(reminderMail({ ...to, language: 'en', last: false }).text).not.toContain('last time')
  })

  test('the temporary password goes with its username, and the button leads to the sign-in page', () => {
    const mail = temporaryPasswordMail({ ...to, ...password, language: 'en' })
    expect(mail.text).toContain('Username: walter@mail.example\n')
    expect(mail.text).toContain('Temporary password, five words: trophy velvet canyon ribbon salad\n')
    expect(mail.html).toContain('href="https://portal.fernwood.example/fernwood/portal/sign-in"')
  })

  test.each(['en', 'es'] as const)(
    'names, settings and links are text in HTML, never markup (%s)',
    (language) => {
      const nasty = '<b onclick="x()">&'
      const practice = { ...fernwood, name: nasty, address: [nasty], helpLine: nasty }
      const facts = {
        practice,
        firstName: nasty,
        link: `https://x.example/#"><script>`,
        validUntil,
        language,
      }
      for (const { html, text } of [
        invitationMail(facts),
        reminderMail({ ...facts, last: true }),
        temporaryPasswordMail({ ...facts, username: nasty, words: nasty }),
        welcomeMail(facts),
      ]) {
        expect(text).toContain(nasty)
        expect(html).toContain('&lt;b onclick=&quot;x()&quot;&gt;&amp;')
        expect(html).not.toMatch(/<b |<script/)
      }
    },
  )
})
