import { createEmr } from '../../src/sandbox/emr.ts'
import { createPeople } from '../../src/sandbox/people/index.ts'
import { serve } from '../../src/sandbox/serve.ts'

/** The id under which the EMR knows Portico. */
export const CLIENT_ID = 'portico-at-lakeside'

/** A sandbox EMR behind a socket, in which an administrator has registered what set-up shows for the practice `lakeside`. */
export async function serveSandboxEmr(port: number, portico: string) {
  const origin = `http://127.0.0.1:${port}`
  const emr = createEmr({
    origin,
    prefix: '',
    resources: createPeople('fernwood'),
    clients: [
      {
        clientId: CLIENT_ID,
        name: 'Portico',
        redirectUris: [`${portico}/lakeside/callback`],
        launchUrl: `${portico}/lakeside/launch`,
        jwksUri: `${portico}/.well-known/jwks.json`,
        scope:
          'openid fhirUser launch online_access user/Patient.rus user/Consent.crus system/Patient.rs system/Consent.crus',
      },
    ],
  })
  const server = await serve(emr.app.fetch, port)
  return { emr, origin, close: () => server.close() }
}
