/**
 * Runs as a process of its own with NODE_ENV=production and DEBUG=*, against the EHR at argv[2]: fhirclient's
 * discovery cache is off under NODE_ENV=test, and its debug output is set up when it is first imported.
 * Tells on stdout what came of it, one JSON line; whatever else is printed was printed by a library.
 */
import {
  beginLaunch,
  completeLaunch,
  createDiscovery,
  refreshGrant,
  SmartError,
} from '../../smart-launch/index.ts'

const [, , iss = '', key = '', at = ''] = process.argv
const time = { at: Number(at) }
const now = () => time.at
const discovery = createDiscovery({ fetch, now })
const deps = { fetch, now, discovery }
const client = {
  iss,
  clientId: 'portico',
  privateKeyJwk: JSON.parse(key),
  scope: 'openid fhirUser launch online_access user/Patient.rs user/Consent.crus',
  serviceScope: 'system/Patient.rs',
  redirectUri: 'https://portal.example/fernwood/callback',
}
const codeOf = (error: unknown) => (error instanceof SmartError ? error.code : String(error))
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)
const hear = () =>
  new Promise<string>((resolve) => process.stdin.once('data', (data) => resolve(String(data).trim())))

say({ whileAway: await discovery(iss).then(() => 'found', codeOf) })
await hear()
const { authorizeUrl, pending } = await beginLaunch(client, { iss, launch: 'xyz' }, deps)
say({ whenBack: 'found', authorizeUrl })
const grant = await completeLaunch(client, pending, new URLSearchParams(await hear()), deps)
const refreshed = await refreshGrant(
  client,
  { refreshToken: grant.refreshToken ?? '', scope: grant.scope },
  deps,
)
say({ patient: grant.patient, refreshed: refreshed.scope === grant.scope })
await hear()
time.at += 60 * 60 * 1000
say({ afterAnHour: (await discovery(iss)).tokenEndpoint })
process.exit(0)
