import type { LaunchView } from '../../src/staff/schema.ts'

type Offer = NonNullable<LaunchView['messaging']>
type Payload = Record<string, unknown>

/** The EMR's page around this one; each answers whether it did what was asked. */
export type EmrWindow = {
  /** Closes us. */
  done: () => Promise<boolean>
  /** Opens a patient's demographics, with us still there. */
  openDemographics: (patient: string) => Promise<boolean>
}

/** A page that does not say hello within this time does not speak with apps. */
const HELLO_MS = 1000
const ANSWER_MS = 3000

/** No catalogue has one: an activity of our own is named by a URI, its parameter as the catalogue names its own. */
const EDIT_DEMOGRAPHICS = 'urn:portico:activity:demographics-edit'

/**
 * Says hello to the page that opened us; null where nobody answers as the launch said they would.
 * @see SMART Web Messaging 1.0
 */
export async function reachEmrWindow(offer: Offer): Promise<EmrWindow | null> {
  const target = window.parent === window.self ? (window.opener as Window | null) : window.parent
  if (!target) return null
  const hello = await ask(target, offer, { messageType: 'status.handshake', payload: {} }, HELLO_MS)
  if (!hello || 'error' in hello) return null
  const act = async (messageType: string, payload: Payload) => {
    const answer = await ask(target, offer, { messageType, payload }, ANSWER_MS)
    return answer?.['status'] === 'success'
  }
  return {
    done: () => act('ui.done', {}),
    openDemographics: (patient) =>
      act('ui.launchActivity', {
        activityType: EDIT_DEMOGRAPHICS,
        activityParameters: { patientLocation: `Patient/${patient}` },
      }),
  }
}

/** Sends one message, to one window at one origin, and waits for its answer. Whatever else comes is not looked at. */
function ask(
  target: Window,
  { handle: messagingHandle, origin }: Offer,
  message: { messageType: string; payload: Payload },
  patienceMs: number,
): Promise<Payload | null> {
  const messageId = crypto.randomUUID()
  return new Promise((resolve) => {
    const listening = new AbortController()
    const end = (answer: Payload | null) => {
      clearTimeout(timer)
      listening.abort()
      resolve(answer)
    }
    const timer = setTimeout(() => end(null), patienceMs)
    const hear = (event: MessageEvent<unknown>) => {
      if (event.origin !== origin || event.source !== target || !isObject(event.data)) return
      const { responseToMessageId, payload } = event.data
      // Answers need not name the handle; one that names another is not for us.
      const isOurs = (event.data['messagingHandle'] ?? messagingHandle) === messagingHandle
      if (isOurs && responseToMessageId === messageId && isObject(payload)) end(payload)
    }
    window.addEventListener('message', hear, { signal: listening.signal })
    target.postMessage({ messagingHandle, messageId, ...message }, origin)
  })
}

const isObject = (value: unknown): value is Payload => typeof value === 'object' && value !== null
