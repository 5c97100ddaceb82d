import type { PersonalityName } from '../personalities/personality.ts'
import type { Addresses } from './plan.ts'

/** What the person who started the demo reads: where things are and what to try first. */
export const greeting = ({ service, emr, mail }: Addresses, ehr: PersonalityName) => `
Portico is running, with a small EMR to try it in. Everybody in it is made up.
${PLAYS[ehr]}
  The EMR         ${emr}/
  Patient portal  ${service}/fernwood/portal/
  Mailbox         ${mail}/
  Second clinic   ${emr}/harbor/  and  ${service}/harbor/portal/

Try this first:
  1. Open the EMR and log in as Front desk. There are no passwords.
  2. Choose a patient. Portico's card is in the chart; "Open Portico" opens all of it in a tab.
  3. Switch on "Allow patient portal", save, and create credentials.
  4. Be the patient: open the patient portal, and activate with the ID and the code.

Ctrl-C stops everything.
`

const PLAYS: Record<PersonalityName, string> = {
  full: '',
  openemr: 'The EMR plays OpenEMR: most of FHIR to read, and an interface of its own for what staff write.\n',
  millennium: 'The EMR plays one in the manner of Millennium: POST and PATCH, hardly any PUT.\n',
  'read-only': 'The EMR plays one that lets nothing be written: staff enter changes there by hand.\n',
}

/** The one line for programs. */
export const readyLine = ({ service, emr, mail }: Addresses) =>
  JSON.stringify({ ready: true, service, emr, mail, practice: 'fernwood' })
