import { SmartError } from '../../smart-launch/index.ts'
import { Problem } from '../problem.ts'

/** How an EHR answers an app that nobody has registered there, or that an administrator has yet to enable. */
const NOT_ENABLED = ['invalid_client', 'unauthorized_client']

/** What a launch that went wrong means to the person in front of it. Anything else is passed on as it is. */
export function fromSmartError(error: unknown): unknown {
  if (!(error instanceof SmartError)) return error
  if (error.code === 'ehr-unavailable')
    return new Problem('ehr-unavailable', 'The EMR is not answering. Try again in a minute.', {
      cause: error,
    })
  if (NOT_ENABLED.includes(error.answered ?? ''))
    return new Problem('launch-failed', 'Portico is not switched on in the EMR yet.', {
      cause: error,
      extra: { reason: 'client-not-enabled' },
    })
  return new Problem(
    'launch-failed',
    'The EMR did not finish the launch. Open Portico from the patient again.',
    {
      cause: error,
      extra: { reason: error.code },
    },
  )
}
