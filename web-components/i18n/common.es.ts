import type { common as english } from './common.en.ts'
import type { SameIds } from './words.ts'

/** What every page says in Spanish: *usted*, warm, short. The same ids as English. */
export const common: SameIds<typeof english> = {
  'app.loading': 'Un momento…',
  'app.offline': 'Está sin conexión. Lo que escribió sigue aquí.',
  'app.tryAgain': 'Intentar de nuevo',
  'app.otherLanguage': 'View in English',
  'app.signOut': 'Salir',

  'time.today': 'hoy, {time}',
  'time.months': 'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
  'time.monthOfYear': '{month} de {year}',
  'time.date': '{day} de {month} de {year}',

  'wait.seconds': { one: '{count} segundo', other: '{count} segundos' },
  'wait.minutes': { one: '{count} minuto', other: '{count} minutos' },
  'wait.hours': { one: '{count} hora', other: '{count} horas' },

  'refused.offline': 'No podemos comunicarnos con el portal.',
  'refused.offlineText': 'Revise su conexión y pruebe de nuevo.',
  'refused.slow': 'Tardó demasiado.',
  'refused.slowText': 'Pruebe de nuevo en un momento.',
  'refused.busy': 'Hay mucho trabajo en este momento.',
  'refused.busyText': 'Pruebe de nuevo en unos segundos.',
  'refused.tooFast': 'Fueron muchos intentos seguidos.',
  'refused.tooFastText': 'Pruebe de nuevo en {wait}.',
  'refused.ours': 'No funcionó. La falla es nuestra, no suya.',

  'credential.portalId': 'Número del portal',
  'credential.code': 'Código de activación',
}
