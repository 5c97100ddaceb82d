import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePorts } from '../support/ports.ts'
import { CLIENT_ID, serveSandboxEmr } from '../support/sandbox-emr.ts'
import { startNode } from './child.ts'
import { atMost, type Figure, median } from './figure.ts'

const ROUNDS = 3

/** `npm run setup -- … --yes` on the sandbox, from the key press to a written configuration, a real launch included. */
export async function measureSetup(): Promise<Figure[]> {
  const port = await freePorts(2)
  const portico = `http://localhost:${port}`
  const sandbox = await serveSandboxEmr(port + 1, portico)
  const times: number[] = []
  try {
    for (let round = 0; round < ROUNDS; round++) times.push(await setUp(sandbox.emr, portico, port))
  } finally {
    sandbox.close()
  }
  return [atMost('setup-sandbox-ms', median(times), 5000)]
}

type Emr = Awaited<ReturnType<typeof serveSandboxEmr>>['emr']

async function setUp(emr: Emr, portico: string, port: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'portico-bench-setup-'))
  const answers = {
    'fhir-base': emr.fhirBase,
    'public-url': portico,
    practice: 'Lakeside',
    'client-id': CLIENT_ID,
    port: String(port),
    config: join(folder, 'portico.json'),
    env: join(folder, '.env'),
  }
  const flags = Object.entries(answers).flatMap(([name, value]) => [`--${name}`, value])
  const startedAt = performance.now()
  const child = startNode('src/setup/main.ts', [...flags, '--yes'])
  try {
    for await (const line of createInterface(child.stdout))
      if (line.startsWith('Now open Portico')) await launch(emr)
    const [code] = (await child.exited) as [number | null]
    if (code !== 0) throw new Error(`set-up ended with ${code}`)
    return performance.now() - startedAt
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What an administrator's browser does after the click in the EMR. */
async function launch(emr: Emr) {
  const { url } = emr.createLaunch({ patient: 'walter-okafor', user: 'administrator' })
  const begun = await fetch(url, { redirect: 'manual' })
  const back = await emr.authorizeAs('administrator', begun.headers.get('location') ?? '')
  const cookie = begun.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const done = await fetch(back, { headers: { cookie } })
  if (done.status !== 200) throw new Error(`the launch ended with ${done.status}`)
}
