import type { Welcome } from './letters.ts'
import { toHtml } from './letter-html.ts'

export const welcomeEs: Welcome = ({ practiceName, portalUrl, phone, firstName }) => {
  const call = phone ? ` Llámenos al ${phone}.` : ' Llámenos.'
  const lines = [
    `Hola, ${firstName}:`,
    `Su portal de paciente en ${practiceName} está abierto. Entre cuando quiera en ${portalUrl}`,
    `¿No fue usted?${call} Lo cerraremos de inmediato.`,
  ]
  return {
    subject: `Su portal de paciente en ${practiceName} está abierto`,
    text: `${lines.join('\n\n')}\n`,
    html: toHtml('es', lines),
  }
}
