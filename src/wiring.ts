import { randomUUID } from 'node:crypto'
import {
  createDiscovery,
  createServiceTokens,
  publicJwks,
  SmartError,
  type ServiceTokens,
  type SmartClient,
  type SmartDeps,
} from '../smart-launch/index.ts'
import { mirrorConsent, MIRROR_CONSENT } from './access/mirror-consent.ts'
import { createReadAudit } from './audit/reads.ts'
import { sealAudit } from './audit/seal.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS, type Clock } from './clock.ts'
import type { Config, PracticeConfig } from './config.ts'
import { recheckToDos } from './desk/recheck.ts'
import { countOpenToDos } from './desk/todos.ts'
import { resealToDos } from './desk/reseal-todos.ts'
import { createBackground } from './credentials/background.ts'
import { REMIND_INVITATION } from './credentials/mail-link.ts'
import { remindInvitation } from './credentials/remind-invitation.ts'
import type { SetLetterPdfs } from './credentials/slip.ts'
import { createKeyring, type Keyring } from './crypto/keyring.ts'
import { createTokenSigner } from './crypto/token-signer.ts'
import { createPasswordHasher, type PasswordHasher } from './crypto/passwords.ts'
import { createHostRefusals } from './embedding/host-refusals.ts'
import { createKeySets } from './embedding/key-sets.ts'
import { createEventFeed } from './events/events.ts'
import { createEventStreams } from './events/streams.ts'
import { createEhr, type Ehr } from './fhir/handles.ts'
import { createCapabilityReader } from './fhir/capability-reader.ts'
import { createTrustedMarks } from './fhir/marked-handle.ts'
import { createPages, type Pages } from './http/pages.ts'
import { causesOf, type Log } from './log.ts'
import { createDelivery } from './mail/deliver.ts'
import { createMailLines } from './mail/transport.ts'
import { createOpenEmr, openEmrBaseOf } from './openemr/openemr.ts'
import { createPracticeDirectory, type PracticeDirectory } from './practices/directory.ts'
import { savePractices } from './practices/store.ts'
import { Problem } from './problem.ts'
import { greetingName, refreshIndex } from './profile/index-row.ts'
import { createHomes } from './shelf/homes.ts'
import { createReseal } from './shelf/reseal.ts'
import type { OnUnreadable } from './shelf/shelf.ts'
import { createEhrTokens } from './staff/ehr-tokens.ts'
import { createPlanner } from './staff/planner.ts'
import { heldOver } from './access/held-over.ts'
import { resealHeldEmails } from './access/reseal-held-emails.ts'
import { resealSettings } from './settings/reseal-settings.ts'
import { addPresetRoles } from './staff/roles.ts'
import { type JobHandler, workJobs } from './store/jobs.ts'
import { migrate } from './store/migrate.ts'
import type { Store } from './store/open.ts'
import { sweep } from './store/sweep.ts'
import { createWorker } from './store/worker.ts'

/** What the outside world provides; tests bring their own. */
export type Surroundings = {
  store: Store
  log: Log
  now: Clock
  fetch: typeof fetch
  dist: string
  hasher?: PasswordHasher
  letterPdfs?: SetLetterPdfs
}

/** Builds every adapter once and hands each capability what it needs. */
export type Wiring = Awaited<ReturnType<typeof wire>>

export async function wire(config: Config, surroundings: Surroundings) {
  const { store, now, log } = surroundings
  await migrate(store)
  await savePractices(store, config.practices, now)
  await addPresetRoles(store, config.practices, now)

  const keyring = createKeyring(config.keys)
  await Promise.all([resealSettings, resealHeldEmails, resealToDos].map((reseal) => reseal(store, keyring)))
  const practices = createPracticeDirectory({ store, keyring, now, config })
  const { ehr, ...smartParts } = wireEhr(config, surroundings, keyring)
  const homes = createHomes({ store, keyring, now, ehr, ...smartParts, onUnreadable: toLog(log) })
  const handlers = {
    [MIRROR_CONSENT]: mirrorConsent({ store, keyring, homes, now }),
    [REMIND_INVITATION]: remindInvitation({ store, keyring, ehr, practices, now }),
  }
  const worker = wireWorker({ ...surroundings, keyring, ehr, practices, handlers })
  const background = createBackground()
  const events = createEventFeed(store, now, (error) =>
    log.error({ causes: causesOf(error) }, 'events.unread'),
  )
  const streams = createEventStreams({ feed: events, keyring, now })
  const readAudit = createReadAudit(store, now)
  return {
    config,
    store,
    log,
    now,
    startedAt: now(),
    fetch: surroundings.fetch,
    keyring,
    practices,
    ehr,
    ...smartParts,
    homes,
    tokens: createTokenSigner(config.keys),
    worker,
    strength: background,
    letterPdfs: surroundings.letterPdfs ?? background.letterPdfs,
    hasher: surroundings.hasher ?? createPasswordHasher({ slots: 2, waiting: 64 }),
    readAudit,
    hostRefusals: createHostRefusals({ store, now, readAudit }),
    keySets: createKeySets({ fetch: surroundings.fetch, now }),
    events,
    streams,
    pages: createPages(surroundings.dist) satisfies Pages,
    jwks: publicJwks(config.practices.map((practice) => practice.client.privateKeyJwk)),
    instance: keyring.mac('instance', 'portico'),
    staffUrl: config.staffUrl,
    greetingName: greetingName(keyring),
    refreshIndex: refreshIndex(store, keyring),
    countToDos: (practiceId: string) => countOpenToDos(store.db, keyring, practiceId),
    counters: { requests: new Map<string, number>() },
    close: async () => {
      streams.close()
      await Promise.all([worker.stop(), background.close(), events.refresh()])
      await store.close()
    },
  }
}

const toLog =
  (log: Log): OnUnreadable =>
  ({ error, ...row }) =>
    log.error({ ...row, causes: causesOf(error) }, 'shelf.unreadable')

/** The ways to each practice's EHR, and what it and its tokens let us do. */
export function wireEhr(
  config: Config,
  surroundings: Pick<Surroundings, 'store' | 'log' | 'now' | 'fetch'>,
  keyring: Keyring,
) {
  const { store, now, log } = surroundings
  const { clientOf, smart, serviceTokens } = wireSmart(config, surroundings)
  const ehrTokens = createEhrTokens({ store, keyring, now, smart, clientOf })
  const ehr = createEhr({
    baseOf: (practiceId) => clientOf(practiceId).iss,
    staffToken: ehrTokens.accessToken,
    serviceToken: (practiceId) => asProblem(must(serviceTokens.get(practiceId)), (tokens) => tokens.token()),
    forgetServiceToken: (practiceId, token) => serviceTokens.get(practiceId)?.forget(token),
    onForeign: (practiceId, entry) => log.error({ practiceId, ...entry }, 'ehr.foreign-entry'),
    onUnsupported: (practiceId) => forgetCapability(practiceId),
    trustedMarkOf: (practiceId) => trustedMarkOf(practiceId),
    fetch: surroundings.fetch,
  })
  const capabilities = createCapabilityReader({ fetch: surroundings.fetch, now })
  const capabilityOf = (practiceId: string) => capabilities.read(clientOf(practiceId).iss)
  const trustedMarkOf = createTrustedMarks(capabilityOf)
  const openEmrAs = (practiceId: string, ehrTokenId: string) =>
    createOpenEmr({
      base: openEmrBaseOf(clientOf(practiceId).iss),
      accessToken: () => ehrTokens.accessToken(practiceId, ehrTokenId),
      fetch: surroundings.fetch,
    })
  const forgetCapability = (practiceId: string) => capabilities.forget(clientOf(practiceId).iss)
  const renewCapability = (practiceId: string) => capabilities.renew(clientOf(practiceId).iss)
  const serviceScopeOf = (practiceId: string) =>
    asProblem(must(serviceTokens.get(practiceId)), (tokens) => tokens.scope())
  const renewedServiceScopeOf = (practiceId: string) =>
    asProblem(must(serviceTokens.get(practiceId)), (tokens) => tokens.renewedScope())
  const planOf = createPlanner({ store, clientOf, capabilityOf, serviceScopeOf })
  return {
    ehr,
    clientOf,
    smart,
    capabilityOf,
    forgetCapability,
    renewCapability,
    serviceScopeOf,
    renewedServiceScopeOf,
    planOf,
    trustedMarkOf,
    openEmrAs,
  }
}

/** What each practice's EHR knows us by, and how we speak SMART with it. */
function wireSmart(config: Config, { fetch, now }: Pick<Surroundings, 'fetch' | 'now'>) {
  const clients = new Map(
    config.practices.map((practice) => [practice.slug, toSmartClient(practice, config)]),
  )
  const clientOf = (practiceId: string) => must(clients.get(practiceId))
  const smart: SmartDeps = {
    fetch,
    now,
    discovery: createDiscovery({ fetch, now }),
  }
  const serviceTokens = new Map([...clients].map(([id, client]) => [id, createServiceTokens(client, smart)]))
  return { clientOf, smart, serviceTokens }
}

type WorkerParts = Surroundings & {
  practices: PracticeDirectory
  ehr: Ehr
  keyring: ReturnType<typeof createKeyring>
  handlers: Record<string, JobHandler>
}

function wireWorker({ store, log, now, practices, ehr, keyring, handlers }: WorkerParts) {
  const owner = randomUUID()
  const openLine = createMailLines(async (practiceId) => (await practices.find(practiceId))?.mail)
  const isPortalOpen = async (practiceId: string) =>
    (await practices.find(practiceId))?.settings.portalOpen ?? false
  const mail = createDelivery({ store, keyring, now, log, openLine, isPortalOpen })
  return createWorker({
    log,
    steps: [
      { name: 'audit', everyMs: 500, run: () => sealAudit(store, owner, now()) },
      { name: 'mail', everyMs: SECOND_MS, ...mail },
      {
        name: 'jobs',
        everyMs: SECOND_MS,
        run: () => workJobs({ store, now, log, handlers }),
      },
      {
        name: 'desk',
        everyMs: MINUTE_MS,
        run: () => recheckToDos({ store, keyring, now, ehr, practices, heldOver }),
      },
      { name: 'sweep', everyMs: MINUTE_MS, run: () => sweep(store, now()) },
      {
        name: 'reseal',
        everyMs: DAY_MS,
        run: createReseal({ store, keyring, tell: (counts) => log.info(counts, 'keys.resealed') }),
      },
    ],
  })
}

const toSmartClient = ({ slug, fhirBase, client }: PracticeConfig, config: Config): SmartClient => ({
  iss: fhirBase,
  clientId: client.clientId,
  privateKeyJwk: client.privateKeyJwk,
  scope: client.scope,
  serviceScope: client.serviceScope,
  redirectUri: `${config.staffUrl}/${slug}/callback`,
})

/** An EHR that grants the service nothing is a fact to live with; one that does not answer is a fault to wait out. */
async function asProblem<T>(tokens: ServiceTokens, ask: (tokens: ServiceTokens) => Promise<T>): Promise<T> {
  try {
    return await ask(tokens)
  } catch (error) {
    if (!(error instanceof SmartError)) throw error
    throw new Problem(error.code === 'ehr-unavailable' ? 'ehr-unavailable' : 'ehr-refused', undefined, {
      cause: error,
    })
  }
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Problem('not-found', 'No practice has this address.')
  return value
}
