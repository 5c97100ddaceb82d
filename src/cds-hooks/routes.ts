import { randomUUID } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import { readPortalState } from '../access/store.ts'
import type { AuditEntry } from '../audit/record.ts'
import { validate } from '../http/validate.ts'
import type { Practice } from '../practices/practice.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { Problem } from '../problem.ts'
import { type CardWords, cardWordsFor } from './card-words.ts'
import { type PortalNote, portalNote } from './portal-card.ts'
import { type CdsCard, type CdsCards, PatientView } from './schema.ts'
import { isStopped } from './store.ts'
import { verifyCdsClient, type VerifyDeps } from './verify-client.ts'

export type CdsDeps = VerifyDeps & {
  staffUrl: string
  readAudit: { record(entry: AuditEntry): Promise<void> }
}

const SERVICES = '/:practice/cds-services'
const SERVICE_ID = 'portal-access'

/**
 * Tells an EHR, by CDS Hooks, where the patient whose chart was opened stands with the portal. Off unless the practice's
 * configuration names an EHR that may ask.
 * @see CDS Hooks 2.0
 */
export const cdsRoutes = (deps: CdsDeps) =>
  new Hono<PracticeEnv>()
    .use(`${SERVICES}/*`, whereOn, allowBrowsers)
    .get(SERVICES, (c) => c.json({ services: [serviceFor(wordsOf(c))] }))
    .post(
      `${SERVICES}/${SERVICE_ID}`,
      async (c, next) => {
        // RFC 6750 §3 for whoever is refused; nobody reads it beside an answer.
        c.header('www-authenticate', 'Bearer')
        const { practice } = c.var
        await verifyCdsClient(deps, practice, c.req.header('authorization'), addressOf(deps, practice))
        c.header('www-authenticate', undefined)
        await next()
      },
      validate('json', PatientView),
      async (c) => {
        const { practice, requestId } = c.var
        const { context } = c.req.valid('json')
        const note = await readNote(deps, practice, context, requestId)
        const cards = note ? [toCard(deps, practice, note, wordsOf(c))] : []
        return c.json({ cards } satisfies CdsCards)
      },
    )

const whereOn = createMiddleware<PracticeEnv>(async function on(c, next) {
  if (c.var.practice.cdsClients.length === 0) throw new Problem('not-found')
  await next()
})

/** Some EHRs ask from the browser: the practice's own pages may. */
const allowBrowsers = createMiddleware<PracticeEnv>(function browsers(c, next) {
  const origins = c.var.practice.hosts.flatMap((host) => host.origins)
  const allow = {
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['authorization', 'content-type'],
    maxAge: 600,
  }
  return cors({ origin: (origin) => (origins.includes(origin) ? origin : null), ...allow })(c, next)
})

const wordsOf = (c: Context) => cardWordsFor(c.req.header('accept-language'))

/** What a token must be made out to. */
const addressOf = ({ staffUrl }: CdsDeps, { id }: Practice) => `${staffUrl}/${id}/cds-services/${SERVICE_ID}`

const serviceFor = ({ title, description, usage }: CardWords) => ({
  hook: 'patient-view',
  id: SERVICE_ID,
  title,
  description,
  usageRequirements: usage,
})

/**
 * Reads our own store only; that somebody was told is in the trail before the answer leaves. Who is stopped is told
 * nothing, which looks like a patient who needs nothing.
 */
async function readNote(
  { store, now, readAudit }: CdsDeps,
  practice: Practice,
  { userId, patientId }: PatientView['context'],
  requestId: string,
): Promise<PortalNote | null> {
  const entry = { practiceId: practice.id, actor: userId, action: 'access.read', patientId, requestId }
  const via = 'cds-hooks'
  // Nobody is to be invited to a portal that is closed.
  if (!practice.settings.portalOpen) return null
  if (await isStopped(store.db, practice, userId)) {
    await readAudit.record({ ...entry, outcome: 'refused', detail: { via, reason: 'stopped' } })
    return null
  }
  const [state] = await Promise.all([
    readPortalState(store.db, practice.id, patientId),
    readAudit.record({ ...entry, detail: { via } }),
  ])
  return portalNote(state, now(), practice.timeZone)
}

const toCard = (
  { staffUrl }: CdsDeps,
  practice: Practice,
  { says, intent, indicator }: PortalNote,
  words: CardWords,
): CdsCard => ({
  uuid: randomUUID(),
  summary: says(words),
  indicator,
  source: { label: practice.name, url: practice.portalUrl },
  links: [
    {
      label: words.open,
      url: `${staffUrl}/${practice.id}/launch`,
      type: 'smart',
      appContext: JSON.stringify({ intent }),
    },
  ],
})
