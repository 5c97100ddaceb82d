import { expect, test } from 'vitest'
import type { IndexRow } from '../../../src/accounts/index-row.ts'
import { setLetter } from '../../../src/credentials/letter-pdf.ts'
import { invitationMail, welcomeMail } from '../../../src/credentials/letters.ts'
import { mailLetter } from '../../../src/credentials/mail-letter.ts'
import { toQr } from '../../../src/credentials/slip-content.ts'
import { flat, readPdf } from '../../support/pdf.ts'
import { fernwood } from './letter-facts.ts'

const NOW = Date.parse('2026-12-02T02:00:00Z')
const DAY = 86_400_000
const LINK = `${fernwood.portalUrl}activate#link=${'k'.repeat(43)}`
const rosa: IndexRow = { name: 'Rosa Núñez', firstName: 'Rosa', language: 'es', mrn: null, birthDateMac: '' }
const to = 'rosa@mail.example'
const addressee = { practice: fernwood, language: 'es' as const, firstName: 'Rosa' }

const invitation = () => {
  const mail = { to, ...invitationMail({ ...addressee, link: LINK, validUntil: NOW + 7 * DAY }) }
  return mailLetter({
    practice: fernwood,
    mail: { ...mail, until: NOW + 7 * DAY },
    kind: 'invitation',
    whose: rosa,
    now: NOW,
  })
}
const welcome = (whose: IndexRow | null) =>
  mailLetter({
    practice: fernwood,
    mail: { to, ...welcomeMail(addressee) },
    kind: 'welcome',
    whose,
    now: NOW,
  })

test('a mail on paper keeps its words, and its link can be scanned', () => {
  const letter = invitation()
  expect(letter).toMatchObject({
    kind: 'mail',
    firstName: 'Rosa',
    patientName: 'Rosa Núñez',
    qr: toQr(LINK),
    validUntil: NOW + 7 * DAY,
    sheets: [{ language: 'es', to: { name: 'Rosa Núñez', address: [] }, until: expect.stringMatching(/8/) }],
  })
  expect(letter.sheets[0]?.text).toContain(LINK)
  expect(letter.sheets[0]?.title).toBe(letter.mailText.subject)
})

test('of a patient whom Portico has forgotten the letter has no name, and the practice’s language', () => {
  expect(welcome(null)).toMatchObject({ patientName: '', sheets: [{ language: 'en', to: { name: '' } }] })
})

test.each([
  ['an invitation', invitation],
  ['a welcome, which nothing ends', () => welcome(rosa)],
])('%s is set as a PDF, whole and inside of its margins', async (_what, make) => {
  const { sheets, qr } = make()
  const pdfs = await setLetter({ sheets, qr, logo: null })
  for (const file of Object.values(pdfs ?? {})) {
    const pdf = readPdf(Buffer.from(file, 'base64'))
    const { width = 0 } = pdf.pages[0] ?? {}
    expect(pdf.placed.filter((one) => one.x + one.width > width - 50)).toEqual([])
    expect({ missing: pdf.missing, whole: pdf.whole, lang: pdf.lang }).toMatchObject({
      missing: 0,
      whole: true,
    })
    const said = flat(pdf.tree).map(({ text }) => text.replaceAll('\u00A0', ' '))
    expect(said.join(' ')).toContain('Rosa')
  }
  expect(Object.keys(pdfs ?? {})).toHaveLength(4)
})
