/** What a terminal obeys instead of showing it, and what turns the text after it round. */
const OBEYED = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu

/** Words that came from elsewhere, as one line that is nothing but words. */
export const plain = (text: string): string => text.replace(OBEYED, '\uFFFD')

/** The same for text of several lines. */
export const plainLines = (text: string): string => text.split('\n').map(plain).join('\n')
