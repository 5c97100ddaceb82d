import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const folder = new URL('../../smart-launch/', import.meta.url)
const files = await readdir(new URL('registration/', folder))
const names = files.filter((name) => name.endsWith('.json'))
const readme = await readFile(new URL('README.md', folder), 'utf8')

const Registration = z.strictObject({
  ehr: z.string(),
  metadata: z.strictObject({
    client_name: z.literal('Portico'),
    application_type: z.enum(['web', 'private']),
    redirect_uris: z.tuple([z.literal('https://PORTICO/PRACTICE/callback')]),
    initiate_login_uri: z.literal('https://PORTICO/PRACTICE/launch'),
    jwks_uri: z.literal('https://PORTICO/.well-known/jwks.json'),
    token_endpoint_auth_method: z.literal('private_key_jwt'),
    token_endpoint_auth_signing_alg: z.enum(['ES384', 'RS384']),
    grant_types: z.tuple([
      z.literal('authorization_code'),
      z.literal('refresh_token'),
      z.literal('client_credentials'),
    ]),
    response_types: z.tuple([z.literal('code')]),
    scope: z.string(),
  }),
  client: z.strictObject({ scope: z.string(), serviceScope: z.string() }),
  notes: z.array(z.string()),
  byHand: z.array(z.string()).optional(),
})

test('there is a registration for any EHR and for those known by name', () => {
  expect(names.toSorted()).toEqual(['generic.json', 'medplum.json', 'openemr.json', 'smart-launcher.json'])
})

test('the one that takes an administrator’s hands has a guide', () => {
  expect(files.filter((name) => !names.includes(name))).toEqual(['openemr.md'])
  expect(readme).toContain('registration/openemr.md')
})

describe.each(names)('%s', (name) => {
  const read = async () =>
    Registration.parse(JSON.parse(await readFile(new URL(`registration/${name}`, folder), 'utf8')))

  test('registers every scope that is asked for later, and no other', async () => {
    const { metadata, client } = await read()
    const asked = new Set(`${client.scope} ${client.serviceScope}`.split(' '))
    expect(new Set(metadata.scope.split(' '))).toEqual(asked)
  })

  test('asks for who signed in and in which launch, and for no patient scope', async () => {
    const { client } = await read()
    expect(client.scope.split(' ')).toEqual(expect.arrayContaining(['openid', 'fhirUser', 'launch']))
    expect(`${client.scope} ${client.serviceScope}`).not.toMatch(/patient\/|\*/)
    expect(client.serviceScope).toMatch(/system\/Patient\.(rs|read)/)
  })

  test('is explained', () => {
    expect(readme).toContain(`registration/${name}`)
  })
})
