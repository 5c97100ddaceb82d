import { beforeEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import type { Logo, SaveSettings } from '../../../src/settings/schema.ts'
import { shrinkPicture } from '../../../web-components/settings/shrink-picture.ts'
import { settingsView } from '../support/admin-fixtures.ts'
import { button, openPage, said } from '../support/admin-stage.ts'
import { openStage } from '../support/stage.ts'

const stage = openStage()
const SAVE = 'PUT staff/launches/L1/settings'
const MOST_BYTES = 40_000

/** A picture that compresses badly: noise of one seed, with or without see-through parts. */
async function picture(type: string, width: number, height: number, opaque = true): Promise<File> {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  const noise = new ImageData(width, height)
  let seed = 7
  for (let index = 0; index < noise.data.length; index += 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    noise.data[index] = index % 4 === 3 ? (opaque ? 255 : seed % 256) : seed % 256
  }
  context?.putImageData(noise, 0, 0)
  return new File([await canvas.convertToBlob({ type })], 'logo', { type })
}

async function sizeOf({ mediaType, data }: Logo) {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0))
  const { width, height } = await createImageBitmap(new Blob([bytes], { type: mediaType }))
  return { bytes: bytes.length, width, height }
}

describe('a picture is made small enough', () => {
  test.each([
    ['image/png', 1600, 1200, true],
    ['image/jpeg', 3000, 700, true],
    ['image/png', 1200, 1200, false],
  ] as const)('%s of %i × %i, opaque: %s', async (type, width, height, opaque) => {
    const logo = await shrinkPicture(await picture(type, width, height, opaque))
    if ('fault' in logo) throw new Error(logo.fault)
    const small = await sizeOf(logo)
    expect(small.bytes).toBeLessThanOrEqual(MOST_BYTES)
    expect(small.width).toBeLessThanOrEqual(640)
    expect(small.height).toBeLessThanOrEqual(240)
    expect(small.width / small.height).toBeCloseTo(width / height, 0)
    if (!opaque) expect(logo.mediaType).toBe('image/png')
  })

  test('one that is small already keeps its size', async () => {
    const logo = await shrinkPicture(await picture('image/png', 60, 30))
    if ('fault' in logo) throw new Error(logo.fault)
    expect(await sizeOf(logo)).toMatchObject({ width: 60, height: 30 })
  })

  test.each([
    ['image/svg+xml', 'wrong-type'],
    ['application/pdf', 'wrong-type'],
    ['image/png', 'unreadable'],
  ])('a file of %s that is no picture is %s', async (type, fault) => {
    expect(await shrinkPicture(new File(['<svg/>'], 'logo', { type }))).toEqual({ fault })
  })
})

describe('the logo on the page', () => {
  beforeEach(() => stage.on(SAVE, () => ({ body: settingsView() })))

  const choose = (file: File) => page.getByLabelText('Choose a picture').upload(file)

  test('is chosen, seen, saved and removed', async () => {
    stage.on('GET staff/launches/L1/settings', () => ({ body: settingsView() }))
    await openPage(stage, 'settings')
    await choose(await picture('image/png', 60, 30))
    await expect.element(page.getByRole('img', { name: "The practice's logo" })).toBeVisible()
    await button('Save changes').click()
    await vi.waitFor(() => expect(stage.asked(SAVE)).toHaveLength(1))
    const [save] = stage.asked(SAVE)
    const changes = (save?.body as SaveSettings | undefined)?.changes
    expect(changes?.logo?.mediaType).toBe('image/png')
    expect(Object.keys(changes ?? {})).toEqual(['logo'])
  })

  test('is removed by one press', async () => {
    const logo: Logo = { mediaType: 'image/png', data: 'iVBORw0KGgo=' }
    stage.on('GET staff/launches/L1/settings', () => ({ body: settingsView({ logo }) }))
    await openPage(stage, 'settings')
    await button('Remove').click()
    await button('Save changes').click()
    await vi.waitFor(() =>
      expect(stage.asked(SAVE)[0]?.body).toEqual({ version: 3, changes: { logo: null } }),
    )
  })

  test('a file that is no picture is said in plain words', async () => {
    stage.on('GET staff/launches/L1/settings', () => ({ body: settingsView() }))
    await openPage(stage, 'settings')
    await choose(new File(['%PDF'], 'letter.pdf', { type: 'application/pdf' }))
    await said('This file is no PNG or JPEG picture. Choose another one.')
  })
})
