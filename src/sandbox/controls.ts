import { Hono, type MiddlewareHandler } from 'hono'
import * as z from 'zod'
import { Fault, type Faults } from './faults.ts'
import type { Habits } from './fhir/habits.ts'

export const LaunchOrder = z.strictObject({
  /** FHIR id. */
  patient: z.string().min(1),
  /** A role (`front-desk`) or a FHIR reference (`Practitioner/12`). */
  user: z.string().min(1),
  clientId: z.string().optional(),
  encounter: z.string().optional(),
  intent: z.string().optional(),
  needPatientBanner: z.boolean().optional(),
  styleUrl: z.string().nullable().optional(),
  appContext: z.string().optional(),
  messagingHandle: z.string().optional(),
})
const ClientSwitch = z.strictObject({ client: z.string().default('portico'), enabled: z.boolean() })
const Switch = z.strictObject({ on: z.boolean() })

export type LaunchOrder = z.infer<typeof LaunchOrder>

/** `url` opens the app; `launch` and `iss` are what it carries. */
export type PreparedLaunch = { launch: string; iss: string; url: string }

export type ControlDeps = {
  origin: string
  faults: Faults
  /** Switches what it does as the standard would like it. */
  setHabit: (habit: keyof Habits, on: boolean) => void
  /** Ends every fault and every bad habit. */
  behave: () => void
  /** Every request to the EMR's interfaces so far. */
  requests: object[]
  /** What browsers complained of: a page did something that its policy does not allow. */
  reports: unknown[]
  createLaunch: (order: LaunchOrder) => PreparedLaunch
  /** What an administrator of some EMRs does by hand before an app may come in. */
  setClientEnabled: (clientId: string, enabled: boolean) => void
}

/** Levers for journeys, over HTTP: misbehave, behave, what was asked, launches without clicking. */
export function createControls(deps: ControlDeps) {
  return new Hono()
    .use(fromThisOriginOnly(deps.origin))
    .post('/misbehave', async (c) => {
      deps.faults.misbehave(Fault.parse(await readJson(c.req.raw)))
      return c.json({ ok: true })
    })
    .post('/etags', async (c) => {
      deps.setHabit('etags', Switch.parse(await readJson(c.req.raw)).on)
      return c.json({ ok: true })
    })
    .post('/extensions', async (c) => {
      deps.setHabit('extensions', Switch.parse(await readJson(c.req.raw)).on)
      return c.json({ ok: true })
    })
    .post('/client', async (c) => {
      const { client, enabled } = ClientSwitch.parse(await readJson(c.req.raw))
      deps.setClientEnabled(client, enabled)
      return c.json({ ok: true })
    })
    .post('/behave', (c) => {
      deps.behave()
      return c.json({ ok: true })
    })
    .get('/requests', (c) => c.json({ requests: deps.requests }))
    .get('/csp-reports', (c) => c.json(deps.reports))
    .post('/csp-reports', async (c) => {
      deps.reports.push(await readJson(c.req.raw))
      return c.body(null, 204)
    })
    .post('/launches', async (c) =>
      c.json(deps.createLaunch(LaunchOrder.parse(await readJson(c.req.raw))), 201),
    )
    .onError((error, c) => {
      if (error instanceof z.ZodError) return c.json({ error: z.prettifyError(error) }, 422)
      if (error instanceof UnknownOrder) return c.json({ error: error.message }, 422)
      throw error
    })
}

/** A page of another site must not pull these levers; programs send no Origin. */
export const fromThisOriginOnly =
  (allowed: string): MiddlewareHandler =>
  async (c, next) => {
    const origin = c.req.header('origin')
    if (origin !== undefined && origin !== allowed) return c.json({ error: 'not from another site' }, 403)
    return next()
  }

/** An order that names somebody or something the EMR does not have. */
export class UnknownOrder extends Error {}

const readJson = (request: Request): Promise<unknown> =>
  request.json().catch(() => {
    throw new UnknownOrder('the body must be JSON')
  })
