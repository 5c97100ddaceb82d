import type { NoticePage } from '../http/pages.ts'
import type { Language } from '../practices/schema.ts'
import type { Problem } from '../problem.ts'

type Words = { title: string; paragraphs: string[] }
type Reason = 'unknown-emr' | 'emr-down' | 'not-finished' | 'not-enabled' | 'stopped'

const ONWARD: Record<Language, { title: string; link: string }> = {
  en: { title: 'Opening Portico…', link: 'Continue' },
  es: { title: 'Abriendo Portico…', link: 'Continuar' },
}

const WORDS: Record<Language, Record<Reason, Words>> = {
  en: {
    'unknown-emr': {
      title: 'This EMR is not set up here',
      paragraphs: [
        'Portico opens only from an EMR that the practice has registered. Nothing was sent anywhere.',
        'Ask your administrator to check the launch address.',
      ],
    },
    'emr-down': {
      title: 'The EMR isn’t answering',
      paragraphs: [
        'Portico could not reach the EMR to finish opening. Close this and open Portico from the patient again in a minute.',
      ],
    },
    'not-finished': {
      title: 'Portico did not open',
      paragraphs: [
        'The launch was too old, was used before, or began in another browser. Open Portico from the patient again.',
      ],
    },
    'not-enabled': {
      title: 'Portico is not switched on in the EMR yet',
      paragraphs: [
        'The EMR did not let Portico in. An administrator of the EMR has to enable the app once, in the list of registered apps.',
        'Then open Portico from the patient again.',
      ],
    },
    stopped: {
      title: 'An administrator has stopped your use of Portico',
      paragraphs: ['Ask them if you need it again. Nothing of this patient was opened.'],
    },
  },
  es: {
    'unknown-emr': {
      title: 'Este sistema no está registrado aquí',
      paragraphs: [
        'Portico se abre solo desde un sistema que la clínica ha registrado. No se envió nada.',
        'Pida a su administrador que revise la dirección de inicio.',
      ],
    },
    'emr-down': {
      title: 'El sistema de la clínica no responde',
      paragraphs: [
        'Portico no pudo comunicarse con el sistema. Cierre esto y abra Portico otra vez desde el paciente en un minuto.',
      ],
    },
    'not-finished': {
      title: 'Portico no se abrió',
      paragraphs: [
        'El inicio era muy antiguo, ya se usó o empezó en otro navegador. Abra Portico otra vez desde el paciente.',
      ],
    },
    'not-enabled': {
      title: 'Portico todavía no está activado en el sistema',
      paragraphs: [
        'El sistema no dejó entrar a Portico. Un administrador del sistema debe activar la aplicación una vez, en la lista de aplicaciones registradas.',
        'Después, abra Portico otra vez desde el paciente.',
      ],
    },
    stopped: {
      title: 'Un administrador detuvo su uso de Portico',
      paragraphs: ['Pregúntele si lo necesita de nuevo. No se abrió nada de este paciente.'],
    },
  },
}

/** Words for a launch that went wrong: what it means and the way on. */
export function launchNotice(problem: Problem, lang: Language): NoticePage {
  return { lang, ...WORDS[lang][reasonOf(problem)] }
}

/** Words for the moment between the EMR and its authorization server, in a frame. */
export const onwardWords = (lang: Language) => ({ lang, ...ONWARD[lang] })

function reasonOf(problem: Problem): Reason {
  if (problem.code === 'launch-refused') return 'unknown-emr'
  if (problem.code === 'not-permitted') return 'stopped'
  if (problem.extra['reason'] === 'client-not-enabled') return 'not-enabled'
  return problem.code === 'launch-failed' ? 'not-finished' : 'emr-down'
}
