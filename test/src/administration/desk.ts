import { PEOPLE } from '../../support/people.ts'
import { expectOk, type TestService } from '../../support/service.ts'

type Who = { user?: string; slug?: 'fernwood' | 'harbor'; patient?: string }

/** A staff member's tab with what the administrators' pages ask for. */
export async function openDesk(service: TestService, who: Who = {}) {
  const { user = 'administrator', slug = 'fernwood', patient = PEOPLE.walter } = who
  const tab = await service.launch(patient, { user, slug })
  const api = `/${slug}/api/staff/launches/${tab.launch}`
  const { browser } = tab
  return {
    tab,
    browser,
    api,
    get: (path: string) => browser.get(`${api}/${path}`),
    put: (path: string, body: unknown) => browser.put(`${api}/${path}`, body),
    post: (path: string, body: unknown) => browser.post(`${api}/${path}`, body),
    remove: (path: string) => browser.delete(`${api}/${path}`),
    /** Saves settings over whatever version there is. */
    save: async (changes: Record<string, unknown>) => {
      const { version } = await expectOk(browser.get(`${api}/settings`))
      return browser.put(`${api}/settings`, { version, changes })
    },
  }
}

export type Desk = Awaited<ReturnType<typeof openDesk>>

/** The trail of a practice as it stands in the store, oldest first. */
export async function readTrail({ store }: TestService, ...actions: string[]) {
  const rows = await store.db.selectFrom('audit').selectAll().orderBy('at').orderBy('id').execute()
  return rows
    .filter(({ action }) => actions.includes(action))
    .map(({ actor, action, detail, outcome, patient_id }) => ({
      actor,
      action,
      outcome,
      patient: patient_id,
      detail: JSON.parse(detail) as Record<string, unknown>,
    }))
}

/** The topics that pages were told of, in order. */
export async function readTopics({ store }: TestService) {
  const rows = await store.db.selectFrom('event').select('topic').orderBy('at').orderBy('id').execute()
  return rows.map(({ topic }) => topic)
}
