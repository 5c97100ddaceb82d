import { escapeHtml } from '../mail/escape-html.ts'
import type { Mail } from '../mail/outbox.ts'
import type { Practice } from '../practices/practice.ts'
import type { Language } from '../practices/schema.ts'

type Words = (practiceName: string) => { subject: string; lines: string[] }

const TEST_MAIL: Record<Language, Words> = {
  en: (name) => ({
    subject: `Test e-mail from ${name}`,
    lines: [
      `This is a test e-mail from the patient portal of ${name}.`,
      'It arrived, so the e-mail settings work. There is nothing to do.',
    ],
  }),
  es: (name) => ({
    subject: `Correo de prueba de ${name}`,
    lines: [
      `Este es un correo de prueba del portal de pacientes de ${name}.`,
      'Ha llegado, así que los ajustes de correo funcionan. No tiene que hacer nada.',
    ],
  }),
}

/** What the test mail says, in the practice's own language. */
export function testMailWords({ name, languages }: Practice): Omit<Mail, 'to'> {
  const language = languages[0] ?? 'en'
  const { subject, lines } = TEST_MAIL[language](name)
  const paragraphs = lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')
  return {
    subject,
    text: `${lines.join('\n\n')}\n`,
    html: `<!doctype html><html lang="${language}"><body>${paragraphs}</body></html>`,
  }
}
