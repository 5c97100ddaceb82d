import type { Addresses } from './plan.ts'

/** What the person who started the demo reads: where things are and what to try first. */
export const greeting = ({ service, emr, mail }: Addresses) => `
Portico is running, with a small EMR to try it in. Everybody in it is made up.

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

/** The one line for programs. */
export const readyLine = ({ service, emr, mail }: Addresses) =>
  JSON.stringify({ ready: true, service, emr, mail, practice: 'fernwood' })
