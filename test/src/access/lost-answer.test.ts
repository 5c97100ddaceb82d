import type { ContactPoint } from '@medplum/fhirtypes'
import { beforeEach, describe, expect, test } from 'vitest'
import { ticketContext } from '../../../src/store/ticket-context.ts'
import { HOME, MAIL, MARK, openChart, type Chart } from '../../support/chart.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

const OLD = 'old@mail.example'
const NEW = 'new@mail.example'
const EMRS: [string, 'full' | 'openemr', ContactPoint][] = [
  ['FHIR', 'full', { ...MAIL, value: OLD, extension: [MARK] }],
  ['OpenEMR’s own interface', 'openemr', { ...MAIL, value: OLD, use: 'mobile' }],
]

let service: TestService
let chart: Chart

/** The EMR does as it is told, and its answer to the next write is lost. */
function loseAnswer() {
  const { fetch: real } = service.emr
  service.emr.fetch = async (input, init) => {
    const request = new Request(input, init)
    const answer = await real(request)
    if (request.method !== 'PUT') return answer
    service.emr.fetch = real
    return new Response(null, { status: 504 })
  }
}
const tickets = async (kind: 'link' | 'activation') => {
  const rows = await service.store.db.selectFrom('ticket').selectAll().where('kind', '=', kind).execute()
  return rows.map((row) => {
    const opened =
      row.payload_sealed && service.wiring.keyring.open(row.payload_sealed, ticketContext('fernwood', row.id))
    return { isOver: row.ended_at !== null, to: opened && JSON.parse(opened).trustedEmail }
  })
}
const waitingMail = async () =>
  (await service.store.db.selectFrom('outbox').select('id').where('sent_at', 'is', null).execute()).length
const put = (body: object) => {
  service.clock.now += 1
  return chart.tab.browser.put(`${chart.tab.api}/access`, body)
}

describe.each(EMRS)(
  'by %s: the trusted e-mail changed in the chart, and nobody heard of it',
  (_, ehr, mail) => {
    beforeEach(async () => {
      service = await openService({ ehr })
      chart = await openChart(service)
      chart.put(HOME, mail)
      await expectOk(put({ allowPortal: true, allowEmail: true }))
      const invitation = { kind: 'activation', slip: false, mail: true }
      await expectOk(chart.tab.browser.post(`${chart.tab.api}/invitations`, invitation))
      expect(await tickets('link')).toMatchObject([{ isOver: false }])
      expect(await waitingMail()).toBeGreaterThan(0)
    })

    test('what was mailed to the older one is over all the same, and nothing more goes there', async () => {
      loseAnswer()
      await expectRefusal(await put({ contacts: { trustedEmail: { from: OLD, to: NEW } } }), 'ehr-timeout')
      expect(chart.values()).toContain(NEW)
      expect(await tickets('link')).toMatchObject([{ isOver: true }])
      expect(await tickets('activation')).toEqual([{ isOver: false, to: null }])
      expect(await waitingMail()).toBe(0)
      const ended = await service.store.db
        .selectFrom('audit')
        .select('action')
        .where('action', '=', 'links.ended')
        .execute()
      expect(ended).toHaveLength(1)
    })

    test('the same Save once more goes on with the new one, and leaves its line in the trail', async () => {
      loseAnswer()
      const change = { contacts: { trustedEmail: { from: OLD, to: NEW } } }
      await put(change)
      await service.store.db.deleteFrom('event').execute()
      expect(await expectOk(put(change))).toMatchObject({ contacts: { trustedEmail: NEW } })
      expect(await tickets('link')).toMatchObject([{ isOver: true }])
      expect(await tickets('activation')).toEqual([{ isOver: false, to: NEW }])
      expect(await chart.trail()).toEqual(['trustedEmail'])
      const events = await service.store.db.selectFrom('event').select('topic').execute()
      expect(events.map(({ topic }) => topic)).toContain('access')
    })
  },
)
