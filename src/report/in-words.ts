import type { Practice } from '../practices/practice.ts'
import type { Finding, Found, Stated } from './findings.ts'
import type { Capability, Check, HostReport } from './schema.ts'
import { reportWords, type ReportWords } from './words.ts'

/** The report as somebody reads it. Pure. */
export function inWords(
  found: Found,
  { id: slug, name, timeZone }: Pick<Practice, 'id' | 'name' | 'timeZone'>,
  language: 'en' | 'es',
): HostReport {
  const words = reportWords(language)
  const format = new Intl.DateTimeFormat(language === 'es' ? 'es-US' : 'en-US', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone,
  })
  const check = (finding: Finding) => checkInWords(finding, words, (at) => format.format(at))
  return {
    practice: { slug, name },
    at: found.at,
    ehr: found.ehr,
    now: found.now.map((stated) => capabilityInWords(stated, words)),
    later: found.later.map((stated) => capabilityInWords(stated, words)),
    smart: found.smart.map(check),
    surroundings: found.surroundings.map(check),
    hosts: found.hosts.map(check),
  }
}

function capabilityInWords({ id, state, how }: Stated, { capabilities }: ReportWords): Capability {
  const { title, texts } = capabilities[id]
  return { id, state, title, text: textOf(texts, how) }
}

function checkInWords(finding: Finding, { checks }: ReportWords, say: (at: number) => string): Check {
  const { id, state, how, at, value } = finding
  const { title, texts } = checks[id]
  const values = at === null ? finding.with : { ...finding.with, at: say(at) }
  return { id, state, title: fill(title, values), text: fill(textOf(texts, how), values), value }
}

const textOf = (texts: Readonly<Record<string, string>>, how: string) => texts[how] ?? ''

/** Some times of day end in a dot of their own: "5:02 a.m." */
const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{([a-z]+)\}/g, (gap, name: string) => String(values[name] ?? gap)).replace(/\.\.$/, '.')
