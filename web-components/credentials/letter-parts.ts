/** Takes out what people put between the characters of an ID or code. */
const fold = (text: string) => text.replace(/[\s\-–—.]/g, '').toUpperCase()

/** What is wrong with a typed portal ID or code, as far as the browser can tell; `count` = missing or surplus characters. */
export type PartFault = { kind: 'empty' | 'foreign' } | { kind: 'short' | 'long'; count: number }

export const foldPortalId = fold
export const foldCode = fold

export const portalIdFault = (typed: string): PartFault | null => faultOf(fold(typed), 6, /^[0-9]*$/)

/** The alphabet of a code leaves out what reads like something else: 0 and O, 1, I and L. */
export const codeFault = (typed: string): PartFault | null => faultOf(fold(typed), 8, /^[2-9A-HJKMNP-Z]*$/)

function faultOf(text: string, length: number, alphabet: RegExp): PartFault | null {
  if (text === '') return { kind: 'empty' }
  if (!alphabet.test(text)) return { kind: 'foreign' }
  if (text.length < length) return { kind: 'short', count: length - text.length }
  return text.length > length ? { kind: 'long', count: text.length - length } : null
}

/** Groups of an ID or a code, as they are printed and read out. */
export const inGroups = (text: string, size: number): string[] =>
  text.match(new RegExp(`.{1,${size}}`, 'gu')) ?? []

/** What an address brings along: the link of a mail, or ID and code from a letter's QR code. */
export type Arrival = { link: string } | { portalId: string; code: string }

/** Reads `#link=…` or `#id=482913&code=K7RM4XWD`; null for any other fragment. */
export function readArrival(fragment: string): Arrival | null {
  const facts = new URLSearchParams(fragment.replace(/^#/, ''))
  const link = facts.get('link')
  if (link !== null) return { link: link.trim() }
  const portalId = facts.get('id')
  if (portalId === null) return null
  const code = fold(facts.get('code') ?? '')
  return { portalId: inGroups(fold(portalId), 3).join(' '), code: inGroups(code, 4).join(' ') }
}
