import { expect, test } from 'vitest'
import { createBench, ORIGIN } from './harness.ts'

test('the look of the EMR is what the launch says: the usual, the dark one, or none', async () => {
  const bench = await createBench()
  const styleOf = async (styleUrl?: string | null) => {
    const { launch } = bench.emr.createLaunch({ patient: 'walter-okafor', user: 'front-desk', styleUrl })
    return (await bench.getTokens({ launch })).smart_style_url
  }
  const dark = `${ORIGIN}/oauth/style-dark.json`
  expect(await styleOf(dark)).toBe(dark)
  expect(await styleOf(null)).toBeUndefined()
  for (const [url, ground] of [
    [await styleOf(), '#e9eef3'],
    [dark, '#15191d'],
  ] as const) {
    const answer = await bench.emr.fetch(url ?? '')
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(await answer.json()).toMatchObject({ color_background: ground, dim_font_size: '14px' })
  }
})
