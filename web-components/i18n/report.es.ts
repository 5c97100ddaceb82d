import type { report as english } from './report.en.ts'
import type { SameIds } from './words.ts'

/** What the page about the EMR says in Spanish. */
export const report: SameIds<typeof english> = {
  'report.title': 'Este sistema',
  'report.lead':
    'Qué funciona con el sistema de la clínica, qué se hace de otra manera, y si todo a su alrededor está como debe.',
  'report.asking': 'Preguntando al sistema, al servidor de correo y a las páginas que muestran la tarjeta…',
  'report.allWork': 'Todo lo que hace Portico funciona con este sistema.',
  'report.someDiffer': {
    one: 'Todo funciona con este sistema, una cosa de otra manera.',
    other: 'Todo funciona con este sistema, {count} cosas de otra manera.',
  },
  'report.someMissing': {
    one: 'Una cosa no se puede hacer con este sistema. Lo demás funciona.',
    other: '{count} cosas no se pueden hacer con este sistema. Lo demás funciona.',
  },
  'report.noneKnown': 'El sistema no responde como debe, así que ahora no se puede decir qué funciona.',
  'report.needYou': { one: 'Una cosa le necesita.', other: '{count} cosas le necesitan.' },
  'report.lookAt': { one: 'Una cosa merece una mirada.', other: '{count} cosas merecen una mirada.' },
  'report.nothingToDo': 'No hay nada que hacer.',
  'report.checkedAt': 'Revisado {when}.',
  'report.again': 'Revisar de nuevo',
  'report.checking': 'Revisando…',
  'report.checked': 'Revisado de nuevo.',
  'report.now': 'Lo que funciona ahora',
  'report.later': 'Para lo que está preparado',
  'report.laterText': 'Según lo que el sistema dice de sí mismo. Portico todavía no hace estas cosas.',
  'report.smart': 'El sistema y SMART',
  'report.around': 'A su alrededor',
  'report.hosts': 'Páginas que muestran la tarjeta',
  'report.noHosts': 'El archivo de configuración no nombra páginas.',
  'report.notSaid': 'El sistema no dice lo suficiente para saberlo.',
  'report.fine': { one: 'Una cosa está bien', other: '{count} cosas están bien' },
  'report.stateWorks': 'Funciona',
  'report.stateFallsBack': 'De otra manera',
  'report.stateImpossible': 'No se puede',
  'report.stateReady': 'Listo',
  'report.stateOk': 'Bien',
  'report.stateWarning': 'Merece una mirada',
  'report.stateFault': 'Le necesita',
  'report.stateUnknown': 'No se sabe',
  'report.copy': 'Copiar',
  'report.copyThis': 'Copiar: {what}',
  'report.copied': 'Copiado',
  'report.selected': 'Está seleccionado. Presione Ctrl+C, o ⌘C en una Mac.',
  'report.json': 'Lo mismo para quien le ayude (JSON)',
  'report.jsonText':
    'Contiene direcciones y ajustes de la clínica, nada sobre pacientes, ni contraseñas ni llaves.',
  'report.copyJson': 'Copiar todo',
  'report.download': 'Guardar como archivo',
}
