import type { Check, HostReport } from '../../src/report/schema.ts'
import type { AdminWords } from '../i18n/words.ts'

export type Mood = 'good' | 'warn' | 'bad' | 'plain'

/** What works, in one sentence. */
export function whatWorks(words: AdminWords, { now, smart }: HostReport): string {
  const count = (state: string) => now.filter((one) => one.state === state).length
  const isSilent = smart.some(({ id, state }) => id === 'discovery' && state === 'fault')
  if (isSilent || now.length === 0) return words.msg('report.noneKnown')
  if (count('impossible') > 0) return words.msg('report.someMissing', { count: count('impossible') })
  return count('falls-back') > 0
    ? words.msg('report.someDiffer', { count: count('falls-back') })
    : words.msg('report.allWork')
}

const checksOf = ({ smart, surroundings, hosts }: HostReport): Check[] => [
  ...smart,
  ...surroundings,
  ...hosts,
]

/** What there is to do about it, in one sentence or two. */
export function whatToDo(words: AdminWords, report: HostReport): { mood: Mood; text: string } {
  const checks = checksOf(report)
  const count = (state: Check['state']) => checks.filter((one) => one.state === state).length
  const [faults, warnings] = [count('fault'), count('warning')]
  const texts = [
    ...(faults > 0 ? [words.msg('report.needYou', { count: faults })] : []),
    ...(warnings > 0 ? [words.msg('report.lookAt', { count: warnings })] : []),
  ]
  const mood = faults > 0 ? 'bad' : warnings > 0 ? 'warn' : 'good'
  return { mood, text: texts.length > 0 ? texts.join(' ') : words.msg('report.nothingToDo') }
}
