import type { Language } from '../practices/schema.ts'

/** What cards say, short enough for any EHR's line (CDS Hooks allows 140 characters). */
export type CardWords = {
  title: string
  description: string
  usage: string
  notSetUp: string
  /** @param days since the invitation; 0 = today */
  invited: (days: number) => string
  expired: string
  tooManyTries: string
  locked: string
  askAgain: string
  open: string
}

const CARD_WORDS: Record<Language, CardWords> = {
  en: {
    title: 'Portal access',
    description:
      'Shows staff who open a chart whether the patient can use the patient portal, and opens Portico where something is to be done.',
    usage:
      'Needs the Portico app in the same EHR. No prefetch and no access to the FHIR server are asked for; what is sent of them is not used.',
    notSetUp: 'Portal access: not set up',
    invited: (days) =>
      days < 1
        ? 'Portal access: invited today'
        : `Portal access: invited, unused for ${days} ${days === 1 ? 'day' : 'days'}`,
    expired: 'Portal access: the letter has expired',
    tooManyTries: 'Portal access: locked after too many tries',
    locked: 'Portal access: locked',
    askAgain: 'Portal access: ask again',
    open: 'Open Portico',
  },
  es: {
    title: 'Acceso al portal',
    description:
      'Muestra a quien abre un expediente si el paciente puede usar el portal, y abre Portico cuando hay algo que hacer.',
    usage:
      'Necesita la aplicación Portico en el mismo sistema. No pide prefetch ni acceso al servidor FHIR; lo que llegue de ellos no se usa.',
    notSetUp: 'Acceso al portal: sin configurar',
    invited: (days) =>
      days < 1
        ? 'Acceso al portal: invitado hoy'
        : `Acceso al portal: invitado, sin usar desde hace ${days} ${days === 1 ? 'día' : 'días'}`,
    expired: 'Acceso al portal: la carta venció',
    tooManyTries: 'Acceso al portal: bloqueado por demasiados intentos',
    locked: 'Acceso al portal: bloqueado',
    askAgain: 'Acceso al portal: pregunte otra vez',
    open: 'Abrir Portico',
  },
}

/** The reader's language, from Accept-Language: English unless Spanish comes first. */
export const cardWordsFor = (acceptLanguage: string | undefined): CardWords =>
  CARD_WORDS[/^\s*es\b/i.test(acceptLanguage ?? '') ? 'es' : 'en']
