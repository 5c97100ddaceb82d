import type { ReportWords } from './words.ts'

/** What the report says in Spanish. */
export const es: ReportWords = {
  capabilities: {
    'chart-staff': {
      title: 'El personal ve al paciente',
      texts: {
        yes: 'Se lee del sistema con los derechos de cada persona.',
        no: 'El sistema no deja leer pacientes por medio de Portico. Sin eso no funciona nada: pida el permiso user/Patient.rs.',
      },
    },
    'chart-patients': {
      title: 'Los pacientes ven su expediente',
      texts: {
        yes: 'El servicio lo lee del sistema, cada vez solo para ese paciente.',
        no: 'El sistema no deja que el servicio lea por su cuenta (system/Patient.rs). Los pacientes pueden entrar y ver lo que guarda Portico, y se les dice que el expediente no se puede mostrar.',
      },
    },
    contacts: {
      title: 'Teléfono y correo se corrigen en el expediente',
      texts: {
        put: 'Se escriben en el expediente. Lo que otra persona cambió mientras tanto nunca se pierde.',
        patch:
          'Solo lo que cambió se escribe en el expediente. Lo que otra persona cambió mientras tanto nunca se pierde.',
        compared:
          'Se escriben con los derechos de cada persona. Este sistema no cuenta versiones, así que Portico mira justo antes y justo después.',
        'to-do':
          'Este sistema no deja cambiar a un paciente desde fuera. Lo que guarda el personal queda como pendiente, con los datos para copiar, y se cierra solo cuando el expediente los muestra.',
      },
    },
    'contacts-embedded': {
      title: 'Lo mismo desde la tarjeta en la página del sistema',
      texts: {
        service:
          'Funciona también si la página no envía la llave de la persona: escribe el servicio, y dice por quién.',
        'own-token':
          'Funciona si la página envía la llave de la persona (ehr_access_token). Sin ella, la tarjeta lleva a Portico.',
        'to-do': 'Queda como pendiente, igual que arriba.',
      },
    },
    'trusted-email': {
      title: 'El correo que solo lee el paciente',
      texts: {
        extension: 'Se marca en el expediente. Si el sistema pierde la marca, Portico la guarda.',
        'use-mobile': 'Se guarda en el campo que el sistema tiene para eso.',
        kept: 'Lo guarda Portico, porque en el expediente no se puede marcar nada.',
      },
    },
    decisions: {
      title: 'Quién puede usar el portal, a la vista en el sistema',
      texts: {
        consent: 'Decide Portico. Cada decisión se escribe también en el expediente como Consent.',
        flags: 'Decide Portico. «Allow Patient Portal» y «Allow Email» en el sistema lo siguen.',
        portal: 'Decide Portico y lo guarda. El sistema no tiene dónde escribirlo.',
        waits:
          'Decide Portico. Sus decisiones se escriben también en el expediente en cuanto el sistema deja entrar al servicio de Portico.',
      },
    },
    messages: {
      title: 'Mensajes',
      texts: { ehr: 'Pueden vivir en el sistema como Communication.', portal: 'Vivirán en Portico.' },
    },
    booking: {
      title: 'Citas',
      texts: {
        ehr: 'Se pueden escribir en la agenda del sistema.',
        openemr:
          'Se pueden escribir en la agenda por la vía propia de OpenEMR, con los derechos de una persona del personal.',
        'to-do': 'Las solicitudes vivirán en Portico. El personal anota a mano lo que acepta.',
      },
    },
    openings: {
      title: 'Horas libres',
      texts: {
        operations: 'El sistema las busca y las reserva él mismo ($find, $book).',
        slots: 'Se pueden leer del sistema (Schedule y Slot).',
        'busy-times': 'Se calcularán: el horario de la clínica sin las citas del sistema.',
        none: 'La agenda no se puede leer. Los pacientes pedirán una hora y el personal responderá.',
      },
    },
    documents: {
      title: 'Documentos que envían los pacientes',
      texts: {
        ehr: 'Se pueden archivar en el expediente cuando el personal los acepta.',
        openemr:
          'Se pueden archivar en el expediente por la vía propia de OpenEMR cuando el personal los acepta.',
        kept: 'Se quedarán en Portico, con la nota «no está en el expediente», para descargarlos y archivarlos a mano.',
      },
    },
    audit: {
      title: 'Registro de actividad en el sistema',
      texts: {
        ehr: 'El sistema puede guardar una copia (AuditEvent).',
        portal: 'El registro lo guarda Portico. El sistema no puede tener una copia.',
      },
    },
  },
  checks: {
    https: {
      title: 'Cifrado en el camino',
      texts: {
        yes: 'La dirección del sistema es https.',
        no: 'La dirección del sistema es http. Eso es solo para probar en un mismo equipo.',
      },
    },
    discovery: {
      title: 'El sistema responde',
      texts: {
        yes: 'Dice lo que puede hacer (FHIR {version}).',
        version: 'Dice lo que puede hacer, pero no en FHIR R4: {version}.',
        silent: 'No responde en {base}. Revise la dirección y la red entre los dos.',
        expired: 'El certificado de {base} venció. Hay que renovarlo allí.',
        'other-name': 'El certificado de {base} se hizo para otro nombre. Use el nombre para el que se hizo.',
        untrusted:
          'El certificado de {base} no es de una autoridad en la que confía este equipo, o falta una intermedia. Nombre la autoridad en un archivo: NODE_EXTRA_CA_CERTS.',
        'silent-now': 'Ahora mismo no responde en {base}. Lo que se dice aquí sobre él es lo que dijo antes.',
        'not-fhir': 'Algo responde en {base}, pero no dice lo que puede hacer ({base}/metadata).',
        'not-smart':
          'No dice nada de SMART ({base}/.well-known/smart-configuration). Nadie puede abrir Portico desde él.',
        'no-endpoints':
          'A su configuración SMART le falta lo que hace falta para abrir Portico, o lo nombra sin https ({base}/.well-known/smart-configuration):',
      },
    },
    pkce: {
      title: 'Códigos de apertura seguros (PKCE S256)',
      texts: { yes: 'Los admite.', no: 'No los admite. Sin ellos, Portico no se abre.' },
    },
    launch: {
      title: 'Abrir desde el expediente de un paciente',
      texts: {
        yes: 'Lo admite (launch-ehr, context-ehr-patient).',
        proven: 'El sistema no dice que lo admite, pero ha funcionado.',
        unsaid: 'El sistema no dice que lo admite (launch-ehr, context-ehr-patient). Pruébelo una vez.',
      },
    },
    'client-auth': {
      title: 'Portico demuestra quién es con una llave',
      texts: {
        yes: 'Lo admite (private_key_jwt).',
        proven: 'El sistema no dice que lo admite, pero ha funcionado.',
        unsaid: 'El sistema no dice que lo admite (private_key_jwt). Abra Portico una vez para probar.',
      },
    },
    signing: {
      title: 'Tipo de llave',
      texts: {
        yes: 'El sistema acepta {alg}.',
        proven: 'El sistema no dice qué tipos acepta, pero {alg} ha funcionado.',
        unsaid: 'El sistema no dice qué tipos acepta. Portico firma con {alg}.',
        no: 'El sistema no acepta {alg}. Cree una llave de uno de estos tipos y regístrela:',
      },
    },
    'sign-in': {
      title: 'El sistema dice quién abrió Portico',
      texts: {
        yes: 'Lo admite (OpenID Connect).',
        proven: 'El sistema no dice que lo admite, pero ha funcionado.',
        unsaid: 'El sistema no dice que lo admite (sso-openid-connect). Abra Portico una vez para probar.',
      },
    },
    'scope-form': {
      title: 'Forma de los permisos (scopes)',
      texts: {
        v2: 'SMART 2 (user/Patient.rus).',
        v1: 'SMART 1 (user/Patient.read, .write). Portico los pide así.',
        unsaid: 'El sistema no dice qué forma usa. Portico los pide como están en la configuración.',
      },
    },
    'service-token': {
      title: 'El acceso propio del servicio al sistema',
      texts: {
        yes: 'Portico tiene una llave propia que le dio el sistema.',
        none: 'No está configurado (client.serviceScope). Los pacientes no ven su expediente, y el trabajo sin una persona espera.',
        'no-way':
          'El sistema no lo ofrece (client_credentials). Los pacientes no ven su expediente, y el trabajo sin una persona espera.',
        refused:
          'El sistema no lo concede. ¿La aplicación está activada, su llave registrada, sus permisos system concedidos?',
        silent: 'El sistema no respondió a tiempo cuando Portico pidió su llave.',
        unasked: 'No se preguntó: el sistema no dice lo que puede hacer.',
      },
    },
    'last-launch': {
      title: 'Última vez que el personal abrió Portico',
      texts: {
        at: '{at}.',
        none: 'Nadie abrió Portico desde el sistema en el último día. Se supone que el personal recibe todos los permisos que se piden.',
      },
    },
    'staff-scopes': {
      title: 'Lo que el sistema concedió al personal',
      texts: {
        all: 'Todo lo que se pidió la última vez.',
        some: 'No todo lo que se pidió la última vez. Faltan estos permisos:',
      },
    },
    'service-scopes': {
      title: 'Lo que el sistema concedió al servicio',
      texts: { all: 'Todo lo que se pidió.', some: 'No todo lo que se pidió. Faltan estos permisos:' },
    },
    jwks: {
      title: 'Las llaves públicas de Portico',
      texts: {
        yes: 'Están en la dirección que lee el sistema, con la de esta clínica entre ellas.',
        other: 'Lo que responde en esta dirección no tiene la llave de esta clínica. ¿Lleva a este Portico?',
        silent:
          'Desde aquí, nada responde en la dirección que lee el sistema. Si Portico se abre, solo está cerrado su propio camino hasta allí; si no, un proxy en el camino debe dejar pasar:',
        expired: 'El certificado venció en la dirección que lee el sistema:',
        'other-name': 'El certificado se hizo para otro nombre en la dirección que lee el sistema:',
        untrusted:
          'El certificado no es de una autoridad en la que confía este equipo, en la dirección que lee el sistema. Si Portico se abre, el sistema confía en él:',
        stopped: 'Portico no está en marcha, así que esto no se miró. Inícielo y pregunte de nuevo.',
      },
    },
    clock: {
      title: 'Relojes',
      texts: {
        agree: 'El del sistema y el nuestro coinciden.',
        apart: 'Difieren {seconds} segundos. Ponga los dos con un servidor de hora (NTP).',
        'far-apart':
          'Difieren {seconds} segundos. Así el sistema no deja abrir Portico: ponga los dos con un servidor de hora (NTP).',
        untold: 'Las respuestas del sistema no dicen la hora.',
        silent: 'El sistema no respondió.',
      },
    },
    'portal-address': {
      title: 'Dirección del portal',
      texts: {
        yes: '{address} lleva a este Portico.',
        until: '{address} lleva a este Portico. Su certificado vale hasta el {at}.',
        ends: '{address} lleva a este Portico, pero su certificado vence el {at}.',
        ended: 'El certificado de {address} venció el {at}.',
        plain: '{address} lleva a este Portico, sin cifrado. Eso es solo para probar.',
        other: '{address} lleva a otro lugar, no a este Portico.',
        silent: 'Nada responde en {address}, hasta donde Portico puede ver.',
        untrusted:
          '{address} muestra un certificado, pero desde aquí es de una autoridad en la que no se confía, o se hizo para otro nombre; o nada responde detrás.',
        stopped: 'Portico no está en marcha, así que esto no se miró. Inícielo y pregunte de nuevo.',
      },
    },
    mail: {
      title: 'Correo',
      texts: {
        yes: 'El servidor de correo dejó entrar a Portico hace un momento.',
        none: 'Falta el remitente o el servidor: solo hay cartas en papel.',
        'not-found': 'Nadie conoce un servidor de correo con ese nombre. Revise cómo está escrito.',
        'not-reached': 'El servidor de correo no responde. Revise su nombre y su puerto.',
        timeout: 'El servidor de correo tarda demasiado. Revise su puerto y su seguridad.',
        'no-tls': 'El servidor de correo no ofrece cifrado aquí. Revise el puerto y la seguridad.',
        certificate: 'No se puede confiar en el certificado del servidor de correo. Revise su nombre.',
        'sign-in': 'El servidor de correo dice que el nombre o la contraseña no es correcto.',
        other: 'El servidor de correo no deja entrar a Portico. El correo de prueba en los ajustes dice más.',
      },
    },
    store: {
      title: 'Almacén',
      texts: {
        sqlite: 'Incluido (SQLite), {size} MB. Su disco tiene {free} GB libres.',
        low: 'Incluido (SQLite), {size} MB. Su disco solo tiene {free} GB libres.',
        'none-yet': 'Todavía no hay ninguno en {file}. Portico lo crea al iniciarse por primera vez.',
        gone: 'El archivo del almacén incluido ya no está en su lugar: {file}. Restáurelo antes de que Portico se detenga.',
        postgres: 'PostgreSQL {version}, {size} MB, por una conexión cifrada.',
        'postgres-here': 'PostgreSQL {version}, {size} MB, en este equipo.',
        'postgres-plain':
          'PostgreSQL {version}, {size} MB, en otro equipo y sin cifrado. Agregue sslmode=verify-full a DATABASE_URL.',
      },
    },
    'audit-chain': {
      title: 'Registro de actividad',
      texts: {
        sealed: 'Nada espera su sello. «npm run audit:verify» lee la cadena entera.',
        waits:
          'Anotaciones que esperan su sello desde hace más de un minuto: {rows}. ¿Portico está en marcha?',
      },
    },
    queues: {
      title: 'Trabajo en espera',
      texts: {
        empty: 'Nada está atrasado.',
        late: 'Atrasado o abandonado: correos {mails}, otro trabajo {jobs}. La bandeja de salida muestra qué correos.',
      },
    },
    keys: {
      title: 'Llaves del almacén',
      texts: {
        open: 'Lo último que se selló se abre con ellas.',
        untried: 'Todavía no hay nada sellado con que probarlas.',
        shut: 'Lo último que se selló no se abre con ellas. Ponga la llave anterior detrás de la nueva en PORTICO_KEYS: id:llave,id:llave.',
      },
    },
    'host-policy': {
      title: '{name}',
      texts: {
        lets: '{origin}: la política de seguridad (CSP) de su primera página deja entrar la tarjeta.',
        nonce:
          '{origin}: la política de seguridad (CSP) de su primera página deja entrar la tarjeta si su etiqueta script lleva el nonce de la página.',
        open: '{origin}: su primera página no tiene política de seguridad (CSP), así que nada impide la tarjeta.',
        shut: '{origin}: la política de seguridad (CSP) de su primera página impide la tarjeta. Agregue:',
        unseen:
          '{origin}: desde aquí no se pudo ver su primera página. Si tiene una política de seguridad (CSP), necesita:',
      },
    },
  },
}
