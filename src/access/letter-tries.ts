/** Wrong tries after which a letter has stopped working, and an unknown portal ID behaves as if it had. */
export const TRIES_PER_LETTER = 5

/** Visits that a temporary password opens; a test holds it against what the sign-in counts. */
export const VISITS_PER_TEMPORARY_PASSWORD = 3
