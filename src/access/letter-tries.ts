/** Wrong tries after which a letter has stopped working, and an unknown portal ID behaves as if it had. */
export const TRIES_PER_LETTER = 5
