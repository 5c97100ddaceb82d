import { icon } from './icons.ts'

/** Beside words that say who fixed a value: no other page needs it. */
export const lockIcon = () =>
  icon(
    'M6.5 11h11a1.5 1.5 0 0 1 1.5 1.5v6A1.5 1.5 0 0 1 17.5 20h-11A1.5 1.5 0 0 1 5 18.5v-6A1.5 1.5 0 0 1 6.5 11M8 11V8a4 4 0 0 1 8 0v3',
  )
