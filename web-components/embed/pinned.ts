/** What a build knows of the files that the element may ask for. */
export type Pinned = {
  /** Name of the version's folder. */
  version: string
  /** File to begin with. */
  entry: string
  /** Files that a first view asks for soon, by language. */
  ahead: Record<string, readonly string[]>
  /** File → its SHA-256 in base64, and the places in this list of all that it imports. */
  files: Readonly<Record<string, readonly [sha256: string, ...imports: number[]]>>
}

type Check = (file: string) => Promise<unknown>

/**
 * Imports only what is byte for byte what was built with the host's own copy of embed.js. `integrity` does not reach
 * `import()`; but a module that was preloaded with it is the one that `import()` gets. Neither is a Trusted Types sink.
 *
 * @see HTML §4.6.7.12 Link type "modulepreload"; Subresource Integrity §3.3
 */
export function createPinned<Entry>({ version, entry, ahead, files }: Pinned, base = import.meta.url) {
  const folder = new URL(`/components/${version}/`, base).href
  const names = Object.keys(files)
  const checked = new Map<string, Promise<unknown>>()
  const one: Check = (file) => {
    const running = checked.get(file) ?? preload(folder + file, files[file]?.[0] ?? '')
    checked.set(file, running)
    // What did not arrive may be asked for once more.
    running.catch(() => checked.delete(file))
    return running
  }
  const check: Check = (file) => {
    const [, ...imports] = files[file] ?? []
    return Promise.all([one(file), ...imports.map((place) => one(names[place] ?? ''))])
  }
  // The chunks ask here before they import one another (`plainImports` in build.ts).
  Object.defineProperty(globalThis, Symbol.for(`portico ${folder}`), { value: check, configurable: true })
  return {
    load: async (): Promise<Entry> => {
      await check(entry)
      return import(/* @vite-ignore */ folder + entry) as Promise<Entry>
    },
    ahead: (language: string): void => {
      for (const file of ahead[language] ?? []) check(file).catch(() => {})
    },
  }
}

function preload(href: string, sha256: string): Promise<void> {
  const link = document.createElement('link')
  return new Promise<void>((resolve, reject) => {
    // A browser that would not check must not load.
    if (!link.relList.supports('modulepreload') || !sha256) throw new TypeError(`Not loaded: ${href}`)
    link.rel = 'modulepreload'
    link.crossOrigin = 'anonymous'
    link.integrity = `sha256-${sha256}`
    link.href = href
    link.addEventListener('load', () => resolve())
    link.addEventListener('error', () => reject(new TypeError(`Not loaded: ${href}`)))
    document.head.append(link)
  }).finally(() => link.remove())
}
