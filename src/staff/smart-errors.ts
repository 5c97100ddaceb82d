import { SmartError } from '../../smart-launch/index.ts'
import { Problem } from '../problem.ts'

/** What a launch that went wrong means to the person in front of it. Anything else is passed on as it is. */
export function fromSmartError(error: unknown): unknown {
  if (!(error instanceof SmartError)) return error
  if (error.code === 'ehr-unavailable')
    return new Problem('ehr-unavailable', 'The EMR is not answering. Try again in a minute.', {
      cause: error,
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
