import { escapeHtml } from '../mail/escape-html.ts'

/** A mail of plain paragraphs; what came from a chart or a setting is text, never markup. */
export const toHtml = (lang: string, lines: string[]): string =>
  `<!doctype html><html lang="${lang}"><body>${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')}</body></html>`
