import type { Call, LetterWords, Step } from './letter-words.ts'

const scan: Step = {
  lead: 'Escanee el cuadro',
  rest: ' con la cámara de su teléfono. O escriba la dirección de abajo en un navegador.',
}
const open: Step = { lead: 'Abra la dirección de abajo', rest: ' en su teléfono o computadora.' }
const choose: Step = {
  lead: 'Elija cómo va a entrar.',
  rest: ' Escoja un usuario y una contraseña que solo usted sepa.',
}

/** Cartas y correos en español: *usted*, warm, short. */
export const lettersEs: LetterWords = {
  locale: 'es-US',
  title: (name) =>
    name ? `${name}, su portal de paciente está listo.` : 'Su portal de paciente está listo.',
  text: 'Vea desde su casa los datos que tenemos de usted.',
  activation: {
    scan,
    open,
    steps: [
      {
        lead: 'Escriba su número del portal y su código',
        rest: ', sus iniciales y su fecha de nacimiento.',
      },
      choose,
    ],
    qr: 'Código QR que abre la página de activación del portal',
    private: 'Nunca le pediremos el código por teléfono ni por correo.',
  },
  classic: {
    scan,
    open,
    steps: [
      { lead: 'Escriba su número del portal', rest: ', sus iniciales y su fecha de nacimiento.' },
      choose,
    ],
    qr: 'Código QR que abre la página de activación del portal',
    private: 'Nunca le pediremos el número del portal por teléfono ni por correo.',
  },
  temporary: {
    scan,
    open,
    steps: [
      {
        lead: 'Entre con su usuario y estas cinco palabras',
        rest: ', con un espacio entre las palabras.',
      },
      { lead: 'Elija su propia contraseña.', rest: ' Entonces las cinco palabras dejan de servir.' },
    ],
    qr: 'Código QR que abre la página para entrar al portal',
    private: 'Nunca le pediremos estas palabras por teléfono ni por correo.',
  },
  labels: {
    address: 'Dirección del portal',
    portalId: 'Número del portal',
    code: 'Código de activación',
    username: 'Usuario',
    words: 'Contraseña temporal, cinco palabras',
  },
  scanCaption: 'Escanee para empezar',
  until: (day) => `Hágalo a más tardar el ${day}.`,
  helpTitle: '¿Necesita ayuda?',
  help: (call) => `${callUs(call)}Traiga esta carta y lo hacemos juntos.`,
  privateTitle: 'No comparta esta carta',
  account: (id) => `Cuenta: ${id}`,
  copySubject: (practice) => `Su portal de paciente en ${practice}`,
  greeting: (name) => (name ? `Hola, ${name}:` : 'Hola:'),
  invitation: ({ practiceName, link, day }) => ({
    subject: `Su portal de paciente en ${practiceName} está listo`,
    parts: [
      `${practiceName} preparó un portal de paciente para usted: una página privada donde puede ver desde su casa los datos que tenemos de usted.`,
      'Para abrirlo, siga el enlace de abajo. Le pediremos sus iniciales y su fecha de nacimiento; después elige un usuario y una contraseña que solo usted sepa.',
      { label: 'Abrir mi portal', link },
      `El enlace es solo para usted y sirve una vez, hasta el ${day}.`,
    ],
  }),
  reminder: ({ practiceName, link, day, last }) => ({
    subject: last
      ? `Último aviso: su portal de paciente en ${practiceName}`
      : `Su portal de paciente en ${practiceName} le espera`,
    parts: [
      last
        ? `Su portal de paciente en ${practiceName} sigue esperando. Es la última vez que le escribimos sobre esto.`
        : `Hace unos días preparamos un portal de paciente para usted en ${practiceName}. Sigue esperando, y no hay prisa.`,
      'Toma unos cinco minutos. Tenga a mano sus iniciales y su fecha de nacimiento; después elige un usuario y una contraseña que solo usted sepa.',
      { label: 'Abrir mi portal', link },
      `Este enlace reemplaza al anterior y sirve hasta el ${day}.`,
      last
        ? 'Si prefiere no usar el portal, no tiene que hacer nada. Cuando cambie de idea, pídanos otra carta.'
        : 'Si prefiere hacerlo con nosotros, traiga este correo a su próxima cita.',
    ],
  }),
  temporaryMail: ({ practiceName, link, day, username, words }) => ({
    subject: `Cómo entrar al portal de ${practiceName}`,
    parts: [
      `${practiceName} preparó un portal de paciente para usted. Entre con su usuario y las cinco palabras de abajo, con un espacio entre las palabras. Después elige su propia contraseña, y las cinco palabras dejan de servir.`,
      {
        facts: [
          { label: 'Usuario', value: username },
          { label: 'Contraseña temporal, cinco palabras', value: words },
        ],
      },
      { label: 'Entrar', link },
      `Hágalo a más tardar el ${day}. Después las cinco palabras dejan de servir.`,
      'Borre este correo cuando haya entrado.',
    ],
  }),
  welcome: ({ practiceName, link, phone }) => ({
    subject: `Su portal de paciente en ${practiceName} está abierto`,
    parts: [
      `Su portal de paciente en ${practiceName} está abierto. Entre cuando quiera.`,
      { label: 'Ir al portal', link },
      `¿No fue usted?${phone ? ` Llámenos al ${phone}.` : ' Llámenos.'} Lo cerraremos de inmediato.`,
    ],
  }),
  notForYou: 'Si este mensaje no es para usted, bórrelo y avísenos, por favor, para que podamos corregirlo.',
  mailHelp: (call) =>
    call ? `¿Necesita ayuda? ${callUs(call).trim()}` : '¿Necesita ayuda? Pregúntenos en su próxima cita.',
}

const callUs = (call: Call) => (call ? `Llame al ${call.phone}${call.hours ? `, ${call.hours}` : ''}. ` : '')
