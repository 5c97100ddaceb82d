import type { NoticePage } from '../http/pages.ts'
import type { Problem } from '../problem.ts'

type Words = { title: string; paragraphs: string[] }
type Reason = 'unknown-emr' | 'emr-down' | 'no-cookie' | 'not-finished'

const WORDS: Record<'en' | 'es', Record<Reason, Words>> = {
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
    'no-cookie': {
      title: 'Your browser kept Portico out of this frame',
      paragraphs: ['Open Portico in its own tab from the patient’s page, or allow cookies for this address.'],
    },
    'not-finished': {
      title: 'Portico did not open',
      paragraphs: [
        'The launch was too old, was used before, or began in another browser. Open Portico from the patient again.',
      ],
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
    'no-cookie': {
      title: 'Su navegador no dejó entrar a Portico en este marco',
      paragraphs: [
        'Abra Portico en su propia pestaña desde la página del paciente, o permita cookies para esta dirección.',
      ],
    },
    'not-finished': {
      title: 'Portico no se abrió',
      paragraphs: [
        'El inicio era muy antiguo, ya se usó o empezó en otro navegador. Abra Portico otra vez desde el paciente.',
      ],
    },
  },
}

/** Words for a launch that went wrong: what it means and the way on. */
export function launchNotice(problem: Problem, framed: boolean, lang: 'en' | 'es'): NoticePage {
  return { lang, ...WORDS[lang][reasonOf(problem, framed)] }
}

function reasonOf(problem: Problem, framed: boolean): Reason {
  if (problem.code === 'launch-refused') return 'unknown-emr'
  if (problem.code === 'launch-failed')
    return framed && problem.extra['reason'] === 'no-pending-launch' ? 'no-cookie' : 'not-finished'
  return 'emr-down'
}
