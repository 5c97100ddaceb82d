import { afterAll, describe, expect, test } from 'vitest'
import { createBackground } from '../../../src/credentials/background.ts'
import { toSheets } from '../../../src/credentials/letter-sheets.ts'
import { readPdf } from '../../support/pdf.ts'
import { activation, person, walter } from './letter-facts.ts'

describe('the background thread', () => {
  const background = createBackground()
  afterAll(() => background.close())
  const letter = { sheets: toSheets(activation(walter)), qr: null, logo: null }

  test('scores a password, knowing what others know of its owner', async () => {
    await expect(background.score('copper kettle window drift', [])).resolves.toBe(4)
    await expect(background.score('passwordpassword', [])).resolves.toBeLessThan(3)
    await expect(background.score('okafor', ['okafor'])).resolves.toBe(0)
  })

  test('sets a letter; one that it cannot set is no letter', async () => {
    const pdfs = await background.letterPdfs(letter)
    expect(readPdf(Buffer.from(pdfs?.letter ?? '', 'base64')).title).toBe(
      'Walter, your patient portal is ready.',
    )
    const sheets = toSheets(activation(person('محمد', 'علي', 'en')))
    await expect(background.letterPdfs({ ...letter, sheets })).resolves.toBeNull()
  })

  test('does both at once', async () => {
    const [score, pdfs] = await Promise.all([
      background.score('copper kettle window drift', []),
      background.letterPdfs(letter),
    ])
    expect([score, Object.keys(pdfs ?? {})]).toEqual([4, ['letter', 'letterLarge', 'a4', 'a4Large']])
  })

  test('a letter that breaks it is no letter, and the next one is set', async () => {
    const broken = { ...letter, sheets: [{ ...letter.sheets[0], steps: 7 }] } as unknown as typeof letter
    await expect(background.letterPdfs(broken)).resolves.toBeNull()
    await expect(background.letterPdfs(letter)).resolves.not.toBeNull()
  })

  test('who waits when it is closed is told to come again, and it starts anew', async () => {
    const waiting = Promise.allSettled([
      background.score('copper kettle window drift', []),
      background.letterPdfs(letter),
    ])
    await background.close()
    expect(await waiting).toMatchObject([
      { status: 'rejected', reason: { code: 'busy', retryAfter: 2 } },
      { status: 'fulfilled', value: null },
    ])
    await expect(background.letterPdfs(letter)).resolves.not.toBeNull()
  })
})
