import type { Capability, Check, HostReport } from './schema.ts'

const MARKS: Record<Capability['state'] | Check['state'], string> = {
  works: '✓',
  'falls-back': '!',
  impossible: '✗',
  ok: '✓',
  warning: '!',
  fault: '✗',
  unknown: '?',
}

/** The report as lines on a terminal: mark, what, how; nothing that an EHR says can steer it. Pure. */
export function print({ practice, ehr, now, later, smart, surroundings, hosts }: HostReport): string {
  const version = ehr.fhirVersion ? `FHIR ${ehr.fhirVersion}` : null
  return [
    `${practice.name} (${practice.slug})`,
    [ehr.software, version, ehr.fhirBase].filter(Boolean).join(', '),
    ...group('Now', now, 'The EMR did not say enough to tell.'),
    ...group('Prepared for', later, 'The EMR did not say enough to tell.'),
    ...group('The EMR and SMART', smart),
    ...group('Around it', surroundings),
    ...group('Pages that show the card', hosts, 'The configuration file names none.'),
    '',
  ]
    .map((line) => line.replaceAll(/\p{Cc}+/gu, ' '))
    .join('\n')
}

/** The reports for programs. JSON itself escapes only some of what a terminal would obey. Pure. */
export const plainJson = (reports: readonly HostReport[]): string =>
  JSON.stringify(reports, null, 2).replaceAll(
    /[\u007f-\u009f]/g,
    (control) => `\\u00${control.charCodeAt(0).toString(16)}`,
  )

/** Whether somebody has to set something right; what an EHR just does not have is none of that. */
export const hasFault = ({ now, smart, surroundings, hosts }: HostReport): boolean =>
  [...smart, ...surroundings, ...hosts].some(({ state }) => state === 'fault') ||
  now.some(({ id, state }) => id === 'chart-staff' && state === 'impossible')

function group(title: string, lines: readonly (Capability | Check)[], none = ''): string[] {
  return ['', title, ...(lines.length > 0 ? lines.flatMap(inLines) : [`  ? ${none}`])]
}

function inLines(line: Capability | Check): string[] {
  const value = 'value' in line ? line.value : null
  return [`  ${MARKS[line.state]} ${line.title}: ${line.text}`, ...(value === null ? [] : [`      ${value}`])]
}
