import { recordAudit } from '../audit/record.ts'
import { HOUR_MS, SECOND_MS } from '../clock.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import { toRefusal } from '../mail/faults.ts'
import { openMailLine } from '../mail/transport.ts'
import { type Practice, toMail } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import { countFailure } from '../store/throttle.ts'
import { changedKeys, checkSettings, tidyChanges, withChanges } from './check-settings.ts'
import { testMailWords } from './letters.ts'
import { readPracticeNow } from './read-settings.ts'
import type { Administrator, SettingsDeps } from './save-settings.ts'
import type { SomeSettings, TestMail, TestMailResult } from './schema.ts'

const PER_HOUR = 10
/** Somebody waits for the answer. */
const ANSWER_WITHIN_MS = 25 * SECOND_MS

/**
 * Sends one real mail by the settings as they stand on the page, saved or not, and says what the server made of it.
 *
 * @throws Problem `too-many-tries` after ten in an hour; `locked-by-file` and `invalid-request` as a save would
 */
export async function sendTestMail(
  deps: SettingsDeps,
  by: Administrator,
  request: TestMail,
): Promise<TestMailResult> {
  const { store, now } = deps
  const practice = await readPracticeNow(store.db, deps, by.practice.id)
  const changes = changesIn(practice, request.changes)
  checkSettings(practice, changes, deps.config.production)
  await countTestMail(deps, practice.id)
  const settings = toMail(withChanges(practice.settings, changes))
  const mail = { to: request.to, ...testMailWords(practice) }
  const result = settings ? await send(settings, uuidv7(now()), mail) : NO_SERVER
  const { fault } = result
  const entry = { practiceId: practice.id, actor: by.staff.fhirUser, requestId: by.requestId }
  const outcome = fault === null ? ('success' as const) : ('failed' as const)
  await recordAudit(
    store.db,
    { ...entry, action: 'test-mail.sent', outcome, detail: fault ? { fault } : {} },
    now(),
  )
  return result
}

/** A page may send all that stands on it: what stays as it is, locked or not, is no change. A password was typed. */
function changesIn(practice: Practice, sent: SomeSettings): SomeSettings {
  const changes = tidyChanges(practice, sent)
  const keys: string[] = ['mailPassword', ...changedKeys(practice.settings, changes)]
  return Object.fromEntries(Object.entries(changes).filter(([key]) => keys.includes(key)))
}

const NO_SERVER: TestMailResult = { state: 'refused', fault: 'no-server', answer: null }

/** Counted before it is sent: of many at once no more than the limit go out. */
async function countTestMail({ store, now }: SettingsDeps, practiceId: string) {
  const sent = await countFailure(store.db, practiceId, 'test-mail', HOUR_MS, now())
  if (sent > PER_HOUR)
    throw new Problem('too-many-tries', 'That were many test mails. Try again in an hour.', {
      retryAfter: HOUR_MS / SECOND_MS,
    })
}

async function send(
  settings: Parameters<typeof openMailLine>[0],
  id: string,
  mail: Parameters<ReturnType<typeof openMailLine>['send']>[1],
): Promise<TestMailResult> {
  const line = openMailLine(settings, ANSWER_WITHIN_MS)
  try {
    await line.send(id, mail)
    return { state: 'sent', fault: null, answer: null }
  } catch (error) {
    const { fault, answer } = toRefusal(error)
    return { state: 'refused', fault, answer }
  } finally {
    line.close()
  }
}
