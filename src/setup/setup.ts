import type { JWK } from 'jose'
import { publicJwks, type SmartClient } from '../../smart-launch/index.ts'
import type { Clock } from '../clock.ts'
import { createKeyring } from '../crypto/keyring.ts'
import { Problem } from '../problem.ts'
import {
  beginCheck,
  begunLaunch,
  finishCheck,
  isBegunHere,
  type Begun,
  type LaunchParts,
} from './check-launch.ts'
import { practicesIn, writeConfiguration, type SetupFiles } from './configuration.ts'
import { environmentIn } from './environment.ts'
import type { Draft, DraftFile } from './draft.ts'
import { makeSigningKey } from './keys.ts'
import { lookAtEhr, originsOf } from './look-at-ehr.ts'
import { lastWords } from './last-words.ts'
import { checkPlace, checkPractice } from './places.ts'
import { addressesOf, algorithmFor, registrationOf, scopesFor } from './registration.ts'
import type { RegistrationFile } from './registration-files.ts'
import type {
  CheckedLaunch,
  ChooseRegistration,
  GiveClient,
  GiveEhr,
  GivePlace,
  GivePractice,
  SetupStep,
  SetupView,
  WriteConfiguration,
} from './schema.ts'

export type SetupDeps = {
  fetch: typeof globalThis.fetch
  now: Clock
  registrations: Map<string, RegistrationFile>
  draft: DraftFile
  files: SetupFiles
  /** Where this program answers. */
  port: number
  /** What goes into a new environment as DATABASE_URL. */
  databaseUrl: string
  timeZone: string
}

export type Setup = ReturnType<typeof createSetup>

/**
 * The steps from a FHIR base to a written configuration, for whichever front asks: each takes one answer, keeps it, and
 * gives back everything that is to be shown. What is answered anew takes with it what hung on it.
 */
export function createSetup(deps: SetupDeps) {
  const kept = keepDraft(deps.draft)
  let isDone = false
  const view = () => viewOf(deps, kept.read(), isDone)
  return {
    view,
    ...ehrAnswers(deps, kept, view),
    givePlace(given: GivePlace): SetupView {
      const { ehr, place: before } = kept.read()
      const place = checkPlace(deps, given, ehr)
      const moved = place.publicUrl !== before?.publicUrl || place.slug !== before.slug
      kept.change({ place, ...(moved ? { launch: null } : {}) })
      return view()
    },
    givePractice(given: GivePractice): SetupView {
      kept.change({ practice: checkPractice(given, kept.read().place) })
      return view()
    },
    write(how: WriteConfiguration): SetupView {
      const answers = answersOf(deps, kept.read())
      // Anybody who may launch could come in between: only who was shown becomes the administrator.
      if (answers.launch.fhirUser !== how.administrator)
        throw new Problem('conflict', 'Somebody else has launched meanwhile. Look who it is, then write.', {
          extra: { reason: 'administrator' },
        })
      writeConfiguration(deps.files, answers, how)
      deps.draft.remove()
      isDone = true
      return view()
    },
    ...launches(deps, kept),
  }
}

type Kept = { read: () => Draft; change: (changes: Partial<Draft>) => void }

/** The answers so far, in the file and at hand. */
function keepDraft(file: DraftFile): Kept {
  let draft = file.read()
  return {
    read: () => draft,
    change: (changes) => {
      draft = { ...draft, ...changes }
      file.write(draft)
    },
  }
}

/** What is said of the EHR and of Portico in it. */
function ehrAnswers(deps: SetupDeps, kept: Kept, view: () => SetupView) {
  /** The key stays as long as it is of the kind that the EHR takes: it may be registered already. */
  async function keepKey() {
    const { ehr, kind, signingKey } = kept.read()
    if (!ehr) return
    const alg = algorithmFor({ files: deps.registrations, kind: kind ?? ehr.kind, ehr })
    if (signingKey?.alg !== alg) kept.change({ signingKey: await makeSigningKey(alg) })
  }

  return {
    async giveEhr({ fhirBase }: GiveEhr): Promise<SetupView> {
      const ehr = await lookAtEhr(deps, fhirBase)
      const isOther = ehr.fhirBase !== kept.read().ehr?.fhirBase
      const anew = { kind: ehr.kind, signingKey: null, clientId: null, launch: null, practice: null }
      kept.change({ ehr, ...(isOther ? anew : {}) })
      await keepKey()
      return view()
    },
    async chooseRegistration({ kind }: ChooseRegistration): Promise<SetupView> {
      if (!deps.registrations.has(kind))
        throw new Problem('invalid-request', `There is no registration file named ${kind}.`)
      kept.change({ kind, launch: null })
      await keepKey()
      return view()
    },
    giveClient({ clientId }: GiveClient): SetupView {
      kept.change({ clientId, ...(clientId === kept.read().clientId ? {} : { launch: null }) })
      return view()
    },
  }
}

/** Launches that are remembered, so that none of them is answered twice. */
const MOST_USED = 1000

/** What the EHR and the browsers of its staff see of set-up, at the public address. */
function launches(deps: SetupDeps, { read, change }: Kept) {
  const used = new Set<string>()
  return {
    /** Public keys: the new one, and those of practices that are configured already. */
    jwks: () => {
      const { signingKey } = read()
      const others = practicesIn(deps.files.config).map(({ client }) => client.privateKeyJwk)
      return publicJwks([...others, ...(signingKey ? [signingKey] : [])])
    },
    slug: () => read().place?.slug,
    /** Origins whose frames may show the launch. */
    framedBy: () => suggestedFor(deps, read()).emrOrigins,
    async beginLaunch(query: URLSearchParams): Promise<Begun> {
      const parts = launchParts(deps, read())
      const begun = await beginCheck(deps, parts, query)
      // Anybody can send a browser here from elsewhere: only that browser is told. What worked stays until another works.
      const isForeign = 'refused' in begun && begun.isForeign
      if (read().launch?.state !== 'done' && !isForeign)
        change({ launch: 'refused' in begun ? begun.refused : begunLaunch(deps, parts) })
      return begun
    },
    async finishLaunch(query: URLSearchParams, sealed: string | undefined): Promise<CheckedLaunch> {
      const state = query.get('state') ?? ''
      const parts = launchParts(deps, read())
      const launch = await finishCheck(deps, parts, query, used.has(state) ? undefined : sealed)
      if (isBegunHere(parts.keyring, sealed)) used.add(state)
      for (const oldest of [...used].slice(0, -MOST_USED)) used.delete(oldest)
      if (launch.state === 'done' || read().launch?.state !== 'done') change({ launch })
      return launch
    },
  }
}

function launchParts({ registrations }: SetupDeps, draft: Draft): LaunchParts {
  const { ehr, place, clientId, signingKey, kind } = draft
  if (!ehr || !place || !clientId || !signingKey)
    throw new Problem(
      'launch-refused',
      'Set-up is not there yet: give it the client id first, then launch again.',
    )
  const { redirect, jwks } = addressesOf(place)
  const { scope, serviceScope } = scopesFor({ files: registrations, kind: kind ?? ehr.kind, ehr })
  const client: SmartClient = {
    iss: ehr.fhirBase,
    clientId,
    privateKeyJwk: signingKey,
    scope,
    serviceScope,
    redirectUri: redirect,
  }
  return {
    client,
    facts: { redirect, jwks, clientId, fhirBase: ehr.fhirBase, kind: kind ?? ehr.kind },
    keyring: createKeyring(draft.storeKeys),
    clockAheadMs: ehr.clockAheadMs,
  }
}

function viewOf(deps: SetupDeps, draft: Draft, isDone: boolean): SetupView {
  const { ehr, place, signingKey, clientId, launch, practice } = draft
  const kind = draft.kind ?? ehr?.kind ?? 'generic'
  const environment = environmentIn(deps.files.env)
  return {
    step: isDone ? 'done' : stepOf(draft),
    ehr: ehr && { fhirBase: ehr.fhirBase, ehr: ehr.name, findings: ehr.findings },
    place,
    registration:
      ehr && place && signingKey
        ? registrationOf({ kind, files: deps.registrations, ehr, place, signingKey })
        : null,
    clientId,
    launch,
    practice,
    suggested: {
      publicUrl: environment['PUBLIC_URL'] || `http://localhost:${deps.port}`,
      timeZone: deps.timeZone,
      ...suggestedFor(deps, draft),
    },
    files: {
      ...deps.files,
      practices: practicesIn(deps.files.config).map(({ slug }) => slug),
      hasEnv: Object.keys(environment).length > 0,
    },
    next: isDone && place ? lastWords(deps.files, place, draft) : [],
  }
}

/** A practice that is connected anew to the same EHR has said already where the EHR's own pages are. */
function suggestedFor({ files }: SetupDeps, { ehr, place }: Draft) {
  const before = practicesIn(files.config).find(({ slug }) => slug === place?.slug)
  const isSame = before !== undefined && before.fhirBase === ehr?.fhirBase
  const found = ehr ? originsOf(ehr) : []
  return {
    emrOrigins: isSame ? (before.frameAncestors ?? []) : found,
    chartUrl: (isSame && before.chartUrl) || null,
  }
}

function stepOf({ ehr, place, clientId, launch, practice }: Draft): SetupStep {
  if (!ehr || ehr.findings.some(({ mood }) => mood === 'bad')) return 'ehr'
  if (!place) return 'place'
  if (!clientId) return 'client'
  if (launch?.state !== 'done') return 'launch'
  return practice ? 'write' : 'practice'
}

function answersOf(deps: SetupDeps, draft: Draft) {
  const { ehr, place, practice, launch, clientId, signingKey } = draft
  if (stepOf(draft) !== 'write' || !ehr || !place || !practice || !launch || !clientId || !signingKey)
    throw new Problem('conflict', 'Some answers are still missing.', { extra: { reason: 'unfinished' } })
  const { scope, serviceScope } = scopesFor({ files: deps.registrations, kind: draft.kind ?? ehr.kind, ehr })
  const privateKeyJwk: JWK = signingKey
  return {
    ehr,
    place,
    practice,
    launch,
    client: { clientId, privateKeyJwk, scope, serviceScope },
    storeKeys: draft.storeKeys,
    port: deps.port,
    databaseUrl: deps.databaseUrl,
  }
}
