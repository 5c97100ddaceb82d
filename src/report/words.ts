import { en } from './words.en.ts'
import { es } from './words.es.ts'

/** Every language says the same things. */
type Same<English> = { [Id in keyof English]: English[Id] extends string ? string : Same<English[Id]> }
export type ReportWords = Same<typeof en>

export type CapabilityId = keyof (typeof en)['capabilities']
export type CheckId = keyof (typeof en)['checks']
/** Which of its texts something can be said with. */
export type CapabilityHow<Id extends CapabilityId> = keyof (typeof en)['capabilities'][Id]['texts']
export type CheckHow<Id extends CheckId> = keyof (typeof en)['checks'][Id]['texts']

/** The report's words; its readers are administrators, and whoever runs the service. */
export const reportWords = (language: 'en' | 'es'): ReportWords => (language === 'es' ? es : en)
