/**
 * Where the element's larger half comes from. This is how the sources do it; in what is built, `build.ts` puts
 * `pinned.ts` with its table of hashes in place of this file.
 */
export const loadAccess = (): Promise<typeof import('./access.ts')> => import('./access.ts')

/** Asks for what will be needed anyway, in the reader's language; here nothing is gained by it. */
export const loadAhead: (language: string) => void = () => {}
