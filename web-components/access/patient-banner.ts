import { html } from 'lit'
import type { PatientBanner } from '../../src/access/schema.ts'
import type { StaffWords } from '../i18n/words.ts'

/** Whose card this is, when the EMR around us does not say it. */
export const patientBanner = (words: StaffWords, patient: PatientBanner) => {
  const born = patient.birthDate === null ? null : words.birthDate(patient.birthDate)
  const age = patient.age === null ? null : words.msg('patient.age', { count: patient.age })
  const rest = [
    born === null ? words.msg('patient.noBirthDate') : words.msg('patient.born', { date: born }),
    age,
    patient.mrn === null ? null : words.msg('patient.mrn', { mrn: patient.mrn }),
    patient.language === null ? null : words.languageName(patient.language),
  ]
  return html`<section class="banner" aria-label=${words.msg('patient.label')}>
    <p class="name">${patient.name}</p>
    <p class="soft num">${rest.filter((fact) => fact !== null).join(' · ')}</p>
  </section>`
}
