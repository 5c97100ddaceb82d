import type { slip as english } from './slip.en.ts'
import type { SameIds } from './words.ts'

/** What the slip, and the letter on it, says in Spanish: *usted*, warm, short. The same ids as English. */
export const slip: SameIds<typeof english> = {
  'slip.title': 'Carta del portal',
  'slip.give': 'Entregue esto a {name} ahora',
  'slip.once':
    'Por seguridad se muestra una sola vez. Siempre puede hacer otra carta, y esta deja de servir.',
  'slip.clears': 'Esta página se borra en {time}.',
  'slip.lastMinute': 'Esta página se borra en un minuto.',
  'slip.keep': 'Dejarla más tiempo',
  'slip.print': 'Imprimir la carta',
  'slip.language': 'Carta en {language}',
  'slip.done': 'Listo',
  'slip.cleared': 'La carta ya no está en esta pantalla.',
  'slip.clearedText':
    'Si no se imprimió, haga otra desde la tarjeta del paciente; la anterior deja de servir.',
  'slip.opened': 'Este comprobante ya se mostró.',
  'slip.openedText': 'Haga una carta nueva; la anterior deja de servir.',
  'slip.late': 'Este comprobante esperó demasiado.',
  'slip.nothing': 'Aquí no hay nada que mostrar.',
  'slip.newLetter': 'Haga una carta nueva desde la tarjeta del paciente.',

  'letter.title': '{name}, su portal de paciente está listo.',
  'letter.text': 'Vea desde su casa los datos que tenemos de usted.',
  'letter.scan': '{bold} con la cámara de su teléfono. O escriba la dirección de abajo en un navegador.',
  'letter.scanBold': 'Escanee el cuadro',
  'letter.enter': '{bold}, sus iniciales y su fecha de nacimiento.',
  'letter.enterBold': 'Escriba su número del portal y su código',
  'letter.enterId': '{bold}, sus iniciales y su fecha de nacimiento.',
  'letter.enterIdBold': 'Escriba su número del portal',
  'letter.choose': '{bold} Escoja un usuario y una contraseña que solo usted sepa.',
  'letter.chooseBold': 'Elija cómo va a entrar.',
  'letter.address': 'Dirección del portal',
  'letter.qr': 'Código QR que abre la página de activación',
  'letter.qrCaption': 'Escanee para empezar',
  'letter.until': 'Úselo antes del final del {day}.',
  'letter.help': '¿Necesita ayuda?',
  'letter.helpCallHours': 'Llame al {phone}, {hours}. Traiga esta carta y lo hacemos juntos.',
  'letter.helpCall': 'Llame al {phone}. Traiga esta carta y lo hacemos juntos.',
  'letter.helpVisit': 'Traiga esta carta y lo hacemos juntos.',
  'letter.private': 'No comparta esta carta',
  'letter.privateText': 'Nunca le pediremos el código por teléfono ni por correo.',
  'letter.account': 'Cuenta: {id}',
}
