/**
 * Fetches `<portico-to-dos>`: a patient's card shows it for the one patient, the practice's page for all. Whoever has
 * nothing to do in the EMR never asks.
 */
export const loadToDos = (): Promise<unknown> => import('./desk/to-dos.ts')
