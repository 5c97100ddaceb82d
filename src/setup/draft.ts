import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { JWK } from 'jose'
import * as z from 'zod'
import { Problem } from '../problem.ts'
import { makeStoreKeys } from './keys.ts'
import { FoundEhr } from './look-at-ehr.ts'
import { CheckedLaunch, GivePlace, GivePractice } from './schema.ts'

/** Everything that was answered so far. It holds keys: its file is for its owner alone, and goes when set-up is done. */
const Draft = z.object({
  ehr: FoundEhr.nullable(),
  place: GivePlace.nullable(),
  kind: z.string().nullable(),
  signingKey: z.custom<JWK>((value) => typeof value === 'object' && value !== null).nullable(),
  storeKeys: z.string(),
  clientId: z.string().nullable(),
  launch: CheckedLaunch.nullable(),
  practice: GivePractice.nullable(),
})
export type Draft = z.infer<typeof Draft>

export type DraftFile = {
  read(): Draft
  write(draft: Draft): void
  remove(): void
}

const fresh = (): Draft => ({
  ehr: null,
  place: null,
  kind: null,
  signingKey: null,
  storeKeys: makeStoreKeys(),
  clientId: null,
  launch: null,
  practice: null,
})

/** Where set-up remembers how far it is, so that a closed tab or a restart goes on where it was. */
export function createDraftFile(path: string): DraftFile {
  return {
    read: () => (existsSync(path) ? parse(readFileSync(path, 'utf8')) : fresh()),
    write: (draft) => writeOwnerOnly(path, JSON.stringify(draft, null, 2)),
    remove: () => rmSync(path, { force: true }),
  }
}

/**
 * Whole or not at all, and readable by its owner only.
 * @throws Problem `invalid-request` when the folder cannot be written to
 */
export function writeOwnerOnly(path: string, text: string): void {
  const next = `${path}.${process.pid}.new`
  try {
    rmSync(next, { force: true })
    writeFileSync(next, text, { mode: 0o600, flag: 'wx' })
    renameSync(next, path)
  } catch (cause) {
    const words = `${path} cannot be written. Give another place: --config FILE --env FILE.`
    throw new Problem('invalid-request', words, { cause })
  }
}

/** What an older set-up left is begun anew rather than guessed at. */
function parse(text: string): Draft {
  try {
    return Draft.parse(JSON.parse(text))
  } catch {
    return fresh()
  }
}
