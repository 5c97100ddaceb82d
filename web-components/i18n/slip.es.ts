import type { slip as english } from './slip.en.ts'
import type { SameIds } from './words.ts'

/** What the slip says around its letters in Spanish: *usted*, warm, short. The same ids as English. */
export const slip: SameIds<typeof english> = {
  'slip.title': 'Carta del portal',
  'slip.give': 'Entregue esto a {name} ahora',
  'slip.once':
    'Por seguridad se muestra una sola vez. Siempre puede hacer otra carta, y esta deja de servir.',
  'slip.invited': '{name} tiene su invitación.',
  'slip.mailed': 'Enviamos un enlace a {to}.',
  'slip.mailedPassword': 'Enviamos la contraseña a {to}.',
  'slip.instead': 'El correo ya no saldrá.',
  'slip.insteadText': 'Esta carta toma su lugar. Imprímala y entréguela.',
  'slip.clears': 'Esta página se borra en {time}.',
  'slip.lastMinute': 'Esta página se borra en un minuto.',
  'slip.keep': 'Dejarla más tiempo',
  'slip.print': 'Imprimir la carta',
  'slip.noPrint': '¿No se abrió la impresión? Ábrala en el menú de su navegador o guarde la carta como PDF.',
  'slip.pdf': 'Guardar como PDF',
  'slip.noPdf':
    'Esta carta usa una escritura que nuestro PDF no muestra. Presione «Imprimir la carta» y elija ahí «Guardar como PDF».',
  'slip.paperLetter': 'Carta (EE. UU.)',
  'slip.paperLetterLarge': 'Carta (EE. UU.), letra grande',
  'slip.paperA4': 'A4',
  'slip.paperA4Large': 'A4, letra grande',
  'slip.file': 'carta-del-portal.pdf',
  'slip.saved': 'Guardada como {file}.',
  'slip.copy': 'Copiar texto de correo',
  'slip.copied': 'Copiado. Péguelo en su propio programa de correo.',
  'slip.copyByHand': 'Su navegador no lo copió. Seleccione el texto de abajo y cópielo.',
  'slip.mailCare': 'Lo que contiene abre el portal. Envíelo solo a la dirección propia del paciente.',
  'slip.mailSubject': 'Asunto',
  'slip.mailText': 'Texto',
  'slip.letter': 'Carta en {language}',
  'slip.count': { one: '{count} carta, una página', other: '{count} cartas, una página cada una' },
  'slip.done': 'Listo',
  'slip.cleared': 'La carta ya no está en esta pantalla.',
  'slip.clearedText':
    'Si no se imprimió, haga otra desde la tarjeta del paciente; la anterior deja de servir.',
  'slip.wasShown': 'Este comprobante ya se mostró.',
  'slip.openedText': 'Haga una carta nueva; la anterior deja de servir.',
  'slip.backToCard': 'Cerrar esto y volver al paciente',
  'slip.late': 'Este comprobante esperó demasiado.',
  'slip.nothing': 'Aquí no hay nada que mostrar.',
  'slip.newLetter': 'Haga una carta nueva desde la tarjeta del paciente.',
}
