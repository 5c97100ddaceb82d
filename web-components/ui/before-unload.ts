/** The browser's own question, for what no page of ours can ask about: a closed tab, another address. */
export function askBeforeUnload(isUnsaved: () => boolean, signal: AbortSignal): void {
  window.addEventListener('beforeunload', (event) => isUnsaved() && event.preventDefault(), { signal })
}
