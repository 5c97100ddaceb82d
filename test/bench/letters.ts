import type { Patient } from '@medplum/fhirtypes'
import { createBackground } from '../../src/credentials/background.ts'
import { letterAddress, type LetterFacts, toSheets } from '../../src/credentials/letter-sheets.ts'
import { toQr } from '../../src/credentials/slip-content.ts'
import type { Practice } from '../../src/practices/practice.ts'
import { type Figure, median, reported } from './figure.ts'

const ROUNDS = 5
const PER_ROUND = 10
/** What each letter makes: two papers, two sizes of print. */
const FILES = 4

/** How many PDFs the background thread sets in a second, and how many bytes of them go to the slip for one letter. */
export async function measureLetters(): Promise<Figure[]> {
  const background = createBackground()
  try {
    const bytes = await setOne(background)
    const perSecond: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const startedAt = performance.now()
      for (let n = 0; n < PER_ROUND; n++) await setOne(background)
      perSecond.push((PER_ROUND * FILES * 1000) / (performance.now() - startedAt))
    }
    return [reported('letter-pdfs-per-second', median(perSecond)), reported('letter-bytes', bytes)]
  } finally {
    await background.close()
  }
}

async function setOne(background: ReturnType<typeof createBackground>): Promise<number> {
  const pdfs = await background.letterPdfs({
    sheets: toSheets(facts),
    qr: toQr(letterAddress(facts)),
    logo: null,
  })
  if (!pdfs) throw new Error('The letter was not set.')
  return Object.values(pdfs).reduce((sum, pdf) => sum + pdf.length, 0)
}

const patient: Patient = {
  resourceType: 'Patient',
  name: [{ given: ['Rosa'], family: 'Núñez Łukasiewicz' }],
  communication: [{ language: { coding: [{ code: 'es' }] }, preferred: true }],
  address: [{ line: ['7 Mill Lane, Apt 3'], city: 'Fernwood', state: 'OR', postalCode: '97000' }],
}

/** A letter in two languages: the longer of the two that are usual. */
const facts: LetterFacts = {
  kind: 'activation',
  practice: {
    name: 'Fernwood Family Practice',
    address: ['120 Wharf Road', 'Fernwood, OR 97000'],
    phone: '(555) 010-0100',
    helpLine: '(555) 010-0100',
    hours: { en: 'Monday to Friday, 8 to 5', es: 'de lunes a viernes, de 8 a 5' },
    timeZone: 'America/Los_Angeles',
    languages: ['en', 'es'],
    portalUrl: 'https://portal.fernwood.example/fernwood/portal/',
  } as Practice,
  patient,
  accountId: 'PA7F3K92QD',
  portalId: '482913',
  code: 'K7RM4XWD',
  now: Date.UTC(2026, 11, 1, 18),
  validUntil: Date.UTC(2026, 11, 31, 18),
}
