/** What only a page needs whose EMR has a style document: fetched with the first of them. */
export { loadStyle } from './load-style.ts'
export { readStyle } from './from-style.ts'
