import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../problem.ts'
import { OptionError, type SetupOptions } from './options.ts'
import { parseAnswer } from './parse-answer.ts'
import { plain, plainLines } from './plain.ts'
import {
  GiveClient,
  GivePlace,
  GivePractice,
  type CheckedLaunch,
  type Finding,
  type SetupView,
} from './schema.ts'
import type { Setup } from './setup.ts'
import { slugOf } from './slug.ts'

/** Where words go and answers come from; without `ask` there is nobody to ask. */
export type Terminal = {
  say: (text: string) => void
  ask?: (question: string, fallback: string | undefined) => Promise<string>
}

/** The same, for words that came from elsewhere: nothing in them is obeyed. */
export const plainTerminal = ({ say, ask }: Terminal): Terminal => ({
  say: (text) => say(plainLines(text)),
  ...(ask ? { ask: (question, fallback) => ask(plain(question), fallback) } : {}),
})

type Question = {
  text: string
  flag: string
  given: string | undefined
  fallback?: string | undefined
}

/**
 * The steps in a terminal: flags first, then what was answered before, then questions. What is refused is asked again;
 * with nobody to ask it ends set-up.
 *
 * @throws OptionError for a flag that is missing, Problem for what is refused, when there is nobody to ask
 */
export async function answerInTerminal(
  setup: Setup,
  options: SetupOptions,
  terminal: Terminal,
): Promise<void> {
  const { say } = terminal
  await answerEhr(setup, options, terminal)
  await answerPlace(setup, options, terminal)
  if (options.ehr !== undefined) await setup.chooseRegistration({ kind: options.ehr })
  for (const line of registrationLines(setup.view())) say(line)
  await answerClient(setup, options, terminal)
  const administrator = await awaitLaunch(setup, terminal)
  await answerPractice(setup, options, terminal)
  await write(setup, options, terminal, administrator)
}

async function answerEhr(setup: Setup, { fhirBase }: SetupOptions, terminal: Terminal) {
  const before = setup.view().ehr?.fhirBase
  const question = { text: 'FHIR address of the EMR', flag: '--fhir-base', given: fhirBase, fallback: before }
  await answer(terminal, question, async (text) => {
    const { ehr } = await setup.giveEhr({ fhirBase: text })
    for (const finding of ehr?.findings ?? []) terminal.say(lineOf(finding))
    const worst = ehr?.findings.find(({ mood }) => mood === 'bad')
    if (worst) throw new Problem('invalid-request', `Portico cannot work with this EMR yet. ${worst.text}`)
  })
}

async function answerPlace(setup: Setup, options: SetupOptions, terminal: Terminal) {
  const { place, suggested } = setup.view()
  const { name: isName, slug: isSlug } = GivePlace.shape
  const nameQuestion = { text: 'Name of the practice', flag: '--practice', given: options.practice }
  const name = await answer(
    terminal,
    { ...nameQuestion, fallback: place?.name },
    (text) => void parseAnswer(isName, text),
  )
  const slugQuestion = { text: 'Its part of addresses', flag: '--slug', given: options.slug }
  const fallback = place?.name === name ? place.slug : slugOf(name)
  const slug = await answer(terminal, { ...slugQuestion, fallback }, (text) => void parseAnswer(isSlug, text))
  const question = {
    text: 'Address at which Portico will answer',
    flag: '--public-url',
    given: options.publicUrl,
    fallback: place?.publicUrl ?? suggested.publicUrl,
  }
  await answer(
    terminal,
    question,
    (publicUrl) => void setup.givePlace(parseAnswer(GivePlace, { publicUrl, name, slug })),
  )
}

async function answerClient(setup: Setup, { clientId }: SetupOptions, terminal: Terminal) {
  const fallback = setup.view().clientId ?? undefined
  const question = { text: 'Client id that the EMR gave', flag: '--client-id', given: clientId, fallback }
  await answer(
    terminal,
    question,
    (text) => void setup.giveClient(parseAnswer(GiveClient, { clientId: text })),
  )
}

async function answerPractice(setup: Setup, options: SetupOptions, terminal: Terminal) {
  const { suggested, place, practice } = setup.view()
  const zone = {
    text: 'Time zone of the practice',
    flag: '--time-zone',
    given: options.timeZone,
    fallback: practice?.timeZone ?? suggested.timeZone,
  }
  const timeZone = await answer(terminal, zone, (text) => void parseAnswer(GivePractice.shape.timeZone, text))
  const spoken = {
    text: 'Languages (en, es), the first is the practice’s own',
    flag: '--languages',
    given: options.languages,
    fallback: practice?.languages.join(',') ?? 'en,es',
  }
  const languages = await answer(
    terminal,
    spoken,
    (text) => void parseAnswer(GivePractice.shape.languages, listIn(text)),
  )
  const question = {
    text: 'Address that patients type',
    flag: '--portal-url',
    given: options.portalUrl,
    fallback: practice?.portalUrl ?? place?.publicUrl,
  }
  const { chartUrl, emrOrigins } = practice ?? suggested
  await answer(terminal, question, (portalUrl) => {
    const chosen = { timeZone, languages: listIn(languages), portalUrl, chartUrl, emrOrigins }
    setup.givePractice(parseAnswer(GivePractice, chosen))
  })
  await answerEmrPages(setup, options, terminal)
}

const NONE = '-'

/** Where the EMR's own pages are: those that lead to a patient, and those that show Portico. */
async function answerEmrPages(setup: Setup, options: SetupOptions, terminal: Terminal) {
  const { practice } = setup.view()
  const give = (changes: Partial<GivePractice>) =>
    void setup.givePractice(parseAnswer(GivePractice, { ...setup.view().practice, ...changes }))
  const chart = {
    text: `A patient’s page in the EMR, with {patient} for the id (${NONE} if you do not know it)`,
    flag: '--chart-url',
    given: options.chartUrl,
    fallback: practice?.chartUrl ?? NONE,
  }
  await answer(terminal, chart, (text) => give({ chartUrl: text === NONE ? null : text }))
  const pages = {
    text: `Origin of the EMR’s own pages, which may show Portico in a frame (${NONE} for none)`,
    flag: '--emr-origin',
    given: options.emrOrigin,
    fallback: practice?.emrOrigins.join(' ') || NONE,
  }
  await answer(terminal, pages, (text) => give({ emrOrigins: text === NONE ? [] : listIn(text) }))
}

const listIn = (text: string) => text.split(/[\s,]+/).filter(Boolean)

async function write(
  setup: Setup,
  { yes, replace }: SetupOptions,
  terminal: Terminal,
  administrator: string,
) {
  try {
    setup.write({ administrator, add: yes, replace: yes && replace })
  } catch (error) {
    const reason = error instanceof Problem ? error.extra['reason'] : undefined
    if (!terminal.ask || !(error instanceof Problem) || (reason !== 'add' && reason !== 'replace'))
      throw error
    const doIt = reason === 'add' ? 'Add it?' : 'Replace it?'
    if (!/^y/i.test(await terminal.ask(`${error.message} ${doIt} (y/n)`, 'n'))) throw error
    setup.write({ administrator, add: true, replace: reason === 'replace' })
  }
}

const LOOK_EVERY_MS = 200
/** A sign-in that comes back sooner needs no word about what to do when it does not. */
const SLOW_AFTER_LOOKS = 25

/** Until somebody has launched, and whoever sets up says that they are the one. */
async function awaitLaunch(setup: Setup, { say, ask }: Terminal): Promise<string> {
  say(
    '\nNow open Portico from a patient’s chart in the EMR. This program answers, and says here how it went.',
  )
  // What went wrong before this program was started has been told then.
  const before = setup.view().launch
  const isOld = before?.state !== 'done'
  let seen: CheckedLaunch | null = null
  for (let looks = 0; ; looks++) {
    const { launch } = setup.view()
    if (launch !== seen) looks = 0
    const isNews = launch?.state === 'begun' ? looks === SLOW_AFTER_LOOKS : launch !== seen
    seen = launch
    if (launch && isNews && !(isOld && launch === before)) {
      for (const finding of launch.findings) say(lineOf(finding))
      const { fhirUser, userName } = launch
      if (launch.state === 'done' && fhirUser !== null) {
        const question = `${userName ?? fhirUser} becomes the first administrator. Go on? (y/n)`
        if (!ask || /^y/i.test(await ask(question, 'y'))) return fhirUser
        say('Then launch as somebody else.')
      }
    }
    await sleep(LOOK_EVERY_MS)
  }
}

function registrationLines({ registration }: SetupView): string[] {
  if (!registration) return []
  const { ehr, values, notes, endpoint, metadata, jwks, left } = registration
  return [
    `\nRegister Portico with the EMR (${ehr}):`,
    ...values.map(({ label, value }) => `  ${label.padEnd(26)} ${value}`),
    ...(left.length > 0 ? [`  Left out, as this EMR does not have it: ${left.join(' ')}`] : []),
    ...notes.map((note) => `  - ${note}`),
    ...(endpoint === null ? [] : [`  It takes this by POST to ${endpoint}:`, metadata]),
    '  Public keys, if it wants them pasted:',
    `  ${JSON.stringify(JSON.parse(jwks))}\n`,
  ]
}

const MARKS = { good: '✓', warn: '!', bad: '✗' } as const
const lineOf = ({ mood, text }: Finding) => `  ${MARKS[mood]} ${plain(text)}`

/** Asks until the answer is taken. */
async function answer(
  terminal: Terminal,
  { text, flag, given, fallback }: Question,
  take: (text: string) => void | Promise<void> = () => {},
): Promise<string> {
  let offered = given
  for (;;) {
    const said = offered ?? (terminal.ask ? await terminal.ask(text, fallback) : fallback)
    if (said === undefined) throw new OptionError(`${flag} is needed: ${text.toLowerCase()}.`)
    if (offered === undefined && !terminal.ask) terminal.say(`  ${text}: ${said}, as there is no ${flag}.`)
    try {
      if (said !== '') await take(said)
      if (said !== '') return said
    } catch (error) {
      if (!(error instanceof Problem) || !terminal.ask) throw error
      terminal.say(lineOf({ mood: 'bad', text: error.message }))
    }
    offered = undefined
  }
}
