import { html, nothing } from 'lit'
import type { Words } from '../i18n/words.ts'

/** The bar that says that there is no network: reading goes on, sending waits. */
export const offlineBar = (words: Words) =>
  html`<div role="status">
    ${navigator.onLine ? nothing : html`<p class="offline">${words.msg('app.offline')}</p>`}
  </div>`

/** Calls `changed` whenever the network comes or goes, until `signal` says stop. */
export function watchConnection(changed: () => void, signal: AbortSignal): void {
  window.addEventListener('online', changed, { signal })
  window.addEventListener('offline', changed, { signal })
}
