import { html } from 'lit'
import type { HostReport } from '../../src/report/schema.ts'
import type { AdminWords } from '../i18n/words.ts'
import { checkIcon } from '../ui/icons.ts'

type JsonPart = {
  words: AdminWords
  report: HostReport
  isCopied: boolean
  copy: (report: HostReport, text: string, shown: Element | null) => void
}

/** The whole report as JSON: to be copied, or saved as a file. */
export function jsonPart({ words, report, isCopied, copy }: JsonPart) {
  const text = JSON.stringify(report, null, 2)
  const press = ({ currentTarget }: Event) =>
    copy(report, text, (currentTarget as Element).closest('details')?.querySelector('pre') ?? null)
  return html`<details class="card json">
    <summary>${words.msg('report.json')}</summary>
    <p class="soft">${words.msg('report.jsonText')}</p>
    <pre tabindex="0" role="region" aria-label=${words.msg('report.json')}>${text}</pre>
    <div class="actions">
      <button class="button" type="button" @click=${press}>
        ${isCopied ? html`${checkIcon()}${words.msg('report.copied')}` : words.msg('report.copyJson')}
      </button>
      <button class="button quiet" type="button" @click=${() => save(text, nameOf(report))}>
        ${words.msg('report.download')}
      </button>
    </div>
  </details>`
}

const nameOf = ({ practice, at }: HostReport) =>
  `portico-${practice.slug}-${new Date(at).toISOString().slice(0, 10)}.json`

function save(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser reads it after this click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
