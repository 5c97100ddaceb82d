import { parseArgs } from 'node:util'

/** Every answer that can be given as a flag, and how set-up is to run. */
export type SetupOptions = {
  fhirBase?: string
  publicUrl?: string
  practice?: string
  slug?: string
  ehr?: string
  clientId?: string
  timeZone?: string
  languages?: string
  portalUrl?: string
  chartUrl?: string
  emrOrigin?: string
  config: string
  env: string
  port?: number
  /** Ask nothing: what no flag says takes its default, and set-up ends when the configuration is written. */
  yes: boolean
  /** With `yes`: the practice is in the configuration already, and is connected anew. */
  replace: boolean
}

/** Something the person who started set-up can mend; printed as one line, without a stack. */
export class OptionError extends Error {}

const USAGE = `npm run setup                     asks here, and prints a link to the same as a page
npm run setup -- [flags]          --yes asks nothing, and adds to a FILE that has other practices

  --fhir-base URL      FHIR address of the EMR              --client-id ID    what the EMR calls Portico
  --public-url URL     where Portico will answer            --time-zone ZONE  e.g. America/Chicago
  --practice NAME      as patients read it                  --languages en,es the first is the practice's own
  --slug NAME          its part of addresses                --portal-url URL  if patients have an address of their own
  --ehr KIND           a file of smart-launch/registration  --chart-url URL   a patient's page in the EMR, {patient} = id
  --emr-origin URL     whose pages may show Portico in a frame; "-" for none, as with --chart-url
  --config FILE        portico.json                         --port N          PORT of the env file, else 8080
  --env FILE           .env                                 --replace         with --yes: connect a practice anew`

const TEXTS = [
  'fhir-base',
  'public-url',
  'practice',
  'slug',
  'ehr',
  'client-id',
  'time-zone',
  'languages',
  'portal-url',
  'chart-url',
  'emr-origin',
] as const

/** @throws OptionError for anything it does not know. */
export function parseOptions(args: string[]): SetupOptions {
  const values = parse(args)
  const text = (name: (typeof TEXTS)[number]) => values[name] as string | undefined
  const port = values['port'] as string | undefined
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65536))
    throw new OptionError(`--port must be a number from 1 to 65535, not ${port}.`)
  const given = Object.fromEntries(
    TEXTS.flatMap((name) => {
      const value = text(name)
      return value === undefined ? [] : [[camel(name), value] as const]
    }),
  )
  return {
    ...given,
    config: (values['config'] as string | undefined) ?? 'portico.json',
    env: (values['env'] as string | undefined) ?? '.env',
    ...(port === undefined ? {} : { port: Number(port) }),
    yes: values['yes'] === true,
    replace: values['replace'] === true,
  }
}

const camel = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

function parse(args: string[]): Record<string, string | boolean | undefined> {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const texts = Object.fromEntries(TEXTS.map((name) => [name, text]))
  try {
    const options = { ...texts, config: text, env: text, port: text, yes: flag, replace: flag, help: flag }
    const { values } = parseArgs({ args, options, strict: true })
    if (values['help']) throw new OptionError(USAGE)
    return values
  } catch (error) {
    if (error instanceof OptionError) throw error
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new OptionError(`${reason.replace(/\.$/, '')}.\n\n${USAGE}`)
  }
}
