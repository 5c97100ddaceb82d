import { SmartError, type SmartErrorCode } from '../../smart-launch/index.ts'
import { sentenceFor } from '../http/network-faults.ts'

/** What the sentences name. */
export type LaunchFacts = { redirect: string; jwks: string; clientId: string; fhirBase: string; kind: string }

/** Why a launch did not work, and what to look at, in a sentence or two for whoever connects the EMR. */
export function launchFault(error: unknown, facts: LaunchFacts): string {
  if (!(error instanceof SmartError))
    return 'Something went wrong on our side. Open Portico from a patient again.'
  if (error.code === 'client-misconfigured' || error.code === 'authorization-refused')
    return registrationFault(error, facts)
  return SENTENCES[error.code](facts, error)
}

function registrationFault(
  { answered, message }: SmartError,
  { clientId, jwks, redirect, kind }: LaunchFacts,
): string {
  const enable = `An administrator of the EMR has to enable Portico${kind === 'openemr' ? ' (Admin, System, API Clients)' : ''}`
  switch (answered) {
    case 'invalid_client':
      return `The EMR does not accept the client id or the signature (invalid_client). ${enable}; the client id must be ${clientId}; and the EMR must be able to read ${jwks}, or have the newest keys pasted.`
    case 'unauthorized_client':
      return `The EMR knows Portico, but it may not do this yet (unauthorized_client). ${enable}.`
    case 'access_denied':
      return `The EMR or the person said no (access_denied). ${enable}, or the person who launches may not use apps.`
    case 'invalid_scope':
      return 'The EMR refuses what Portico asks for (invalid_scope). Register exactly the scopes shown above.'
    case 'invalid_request':
      return `The EMR does not accept the request (invalid_request). Most often the redirect URL is registered in another spelling: it must be ${redirect}.`
    case undefined:
      return `Portico cannot speak as this client: ${message}.`
    default:
      return `The EMR refuses the launch (${answered}). Compare the registration with the values above.`
  }
}

type Sentence = (facts: LaunchFacts, error: SmartError) => string

const SENTENCES: Record<
  Exclude<SmartErrorCode, 'client-misconfigured' | 'authorization-refused'>,
  Sentence
> = {
  'launch-refused': ({ fhirBase }) =>
    `Somebody opened this address, but not as a launch from ${fhirBase}: iss or launch is missing or names another EMR.`,
  'callback-invalid': () => 'The EMR came back without a code. Open Portico from a patient again.',
  'state-mismatch': () =>
    'The browser that came back is not the one that left, or kept no cookie. If the EMR shows Portico in a frame, try a window of its own.',
  'launch-expired': () => 'That took longer than ten minutes. Open Portico from a patient again.',
  'issuer-mismatch': ({ fhirBase }) =>
    `Another server answered than the one that ${fhirBase} names as its issuer.`,
  'code-refused': ({ redirect }) =>
    `The EMR refused the code (invalid_grant): it came too late, was used before, or the redirect URL is registered in another spelling than ${redirect}.`,
  'token-invalid': (_, error) => `The EMR's answer is not what SMART asks for. ${error.message}.`,
  'no-patient': () =>
    'The launch came without a patient. Open Portico from a patient’s chart, and give it the scope launch.',
  'id-token-invalid': (_, error) =>
    `The EMR's word on who signed in cannot be trusted: ${error.message}. If this says exp, iat or nbf, compare the clocks of both machines.`,
  'not-staff': () => 'A patient or relative launched. Launch as a member of the staff.',
  'grant-ended': () => 'The EMR ended the sign-in at once. Open Portico from a patient again.',
  'ehr-unsupported': (_, error) => `${error.message}.`,
  'ehr-unavailable': ({ fhirBase }, error) =>
    error.cause
      ? sentenceFor(error.cause, fhirBase)
      : `The EMR did not answer as it should: ${error.message}.`,
}
