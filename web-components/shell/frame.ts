/**
 * The moment before the EMR signs somebody in, inside its frame: a browser may keep no cookie there, so the sealed
 * launch also waits in this tab, under its state, for `framed-launch.ts`.
 */
const link = document.querySelector<HTMLAnchorElement>('a[data-state]')
if (link) {
  const { state = '', sealed = '' } = link.dataset
  try {
    sessionStorage.setItem(state, sealed)
  } catch {
    // No storage either: with a cookie the launch still ends well, without one the app says what to do.
  }
  location.replace(link.href)
}
