import { Problem } from '../problem.ts'
import { practicesIn, type SetupFiles } from './configuration.ts'
import { environmentIn } from './environment.ts'
import { isLoopback } from './look-at-ehr.ts'
import type { GivePlace, GivePractice } from './schema.ts'

/**
 * Where Portico will answer, as an origin.
 * @throws Problem `invalid-request` for what is none, is plain http elsewhere than here, or is not where this Portico
 *   answers already
 */
export function checkPlace(
  { files }: { files: SetupFiles },
  given: GivePlace,
  ehr: { fhirBase: string } | null,
): GivePlace {
  const publicUrl = toOrigin(given.publicUrl, '/publicUrl', 'https://portal.example.org')
  const known = environmentIn(files.env)['PUBLIC_URL']
  if (known && known !== publicUrl)
    throw wrong(
      '/publicUrl',
      `This Portico answers at ${known} (${files.env}); a second practice has its place under the same address.`,
    )
  if (publicUrl.startsWith('https:') && ehr?.fhirBase.startsWith('http:'))
    throw wrong(
      '/publicUrl',
      'The EMR is plain http, which is for trying out on this machine only: give http://localhost here too, or the EMR’s https address.',
    )
  // Read here so that a file which is none is told before anything is registered.
  practicesIn(files.config)
  return { ...given, publicUrl }
}

/** @throws Problem `invalid-request` for an address that the portal cannot have */
export function checkPractice(given: GivePractice, place: GivePlace | null): GivePractice {
  const portalUrl = toOrigin(given.portalUrl, '/portalUrl', 'https://portal.example.org')
  if (place?.publicUrl.startsWith('https:') && !portalUrl.startsWith('https:'))
    throw wrong('/portalUrl', 'Patients need https, too.')
  const chartUrl = given.chartUrl?.trim() || null
  if (
    chartUrl !== null &&
    (!URL.canParse(chartUrl) || !/^https?:/.test(chartUrl) || !chartUrl.includes('{patient}'))
  )
    throw wrong(
      '/chartUrl',
      'Give a web address with {patient} where the patient’s id goes, or leave it empty.',
    )
  const emrOrigins = given.emrOrigins.map((one) => toOrigin(one, '/emrOrigins', 'https://emr.example.org'))
  return { ...given, portalUrl, chartUrl, emrOrigins: [...new Set(emrOrigins)] }
}

function toOrigin(text: string, pointer: string, example: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (
    !url ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== '/' ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== ''
  )
    throw wrong(pointer, `Give an address without a path, e.g. ${example}.`)
  if (url.protocol === 'http:' && !isLoopback(text))
    throw wrong(
      pointer,
      `${url.origin} is plain http: patients’ data would cross the network in the clear. Give its https address.`,
    )
  return url.origin
}

const wrong = (pointer: string, detail: string) =>
  new Problem('invalid-request', detail, { issues: [{ pointer, detail }] })
