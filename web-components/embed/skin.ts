import { needsTheme } from '../theme/needs-theme.ts'

/** How the card looks, by what the host's attributes ask for; fetched only where it is not how it looks anyway. */
export function createSkin(host: HTMLElement, root: ShadowRoot) {
  let worn = ''
  let wearer: HTMLElement | null = null
  let stop: () => void = () => {}
  const gone = new AbortController()
  /** Whatever takes its time must not dress a card that was dressed anew meanwhile. */
  let turn = 0
  // Fetched beside what the card says, so that it need not be seen in other colours first.
  if (needsTheme(host, optionsOf(host))) import('../theme/index.ts').catch(() => {})

  const dress = async (card: HTMLElement) => {
    const options = optionsOf(host)
    const mine = (turn += 1)
    card.dataset['density'] = options.density
    card.dataset['theme'] = options.theme === 'dark' ? 'dark' : 'light'
    if (!needsTheme(host, options)) return
    const { applyTheme } = await import('../theme/index.ts')
    const stopThis = await applyTheme(card, host, root, options)
    if (turn === mine && !gone.signal.aborted) stop = stopThis
    else stopThis()
  }
  const undress = () => {
    stop()
    stop = () => {}
  }
  return {
    put: (card: HTMLElement) => {
      const wanted = JSON.stringify(optionsOf(host))
      if (wearer === card && worn === wanted) return
      undress()
      wearer = card
      worn = wanted
      // A theme that does not come leaves a card in our own.
      dress(card).catch(() => {})
    },
    /** What is around it is another now. */
    moved: () => {
      worn = ''
    },
    end: () => {
      gone.abort()
      undress()
    },
  }
}

function optionsOf(host: HTMLElement) {
  return {
    theme: host.getAttribute('theme') || 'light',
    styleUrl: host.getAttribute('style-url'),
    style: null,
    density: host.getAttribute('density') || 'comfortable',
  }
}
