import { expect, test } from 'vitest'
import { HOME, MAIL, openChart } from '../../support/chart.ts'
import { expectOk, openService } from '../../support/service.ts'

test('an EHR with patches and without versions keeps what others changed while our write was on its way', async () => {
  const service = await openService()
  service.emr.setETags(false)
  const chart = await openChart(service)
  chart.put(HOME, MAIL)
  await chart.card()
  const { fetch: real } = service.emr
  const sent: string[] = []
  service.emr.fetch = async (input, init) => {
    const request = new Request(input, init)
    sent.push(request.method)
    if (['PUT', 'PATCH'].includes(request.method))
      service.emr.fhir.load([{ ...chart.read(), address: [{ city: 'Elsewhere' }] }])
    return real(request)
  }
  await expectOk(chart.save({ homePhone: { from: HOME.value, to: '555 010 0142' } }))
  expect(sent).toEqual(['GET', 'GET', 'PATCH', 'GET'])
  expect(chart.read().address).toEqual([{ city: 'Elsewhere' }])
  expect(chart.values()).toEqual(['555 010 0142', MAIL.value])
})
