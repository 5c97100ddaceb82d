// One function for each step: what it asks, and what is shown of it once it is answered.
import { copyBlock, copyRow, field, findings, make, notice } from './parts.js'

/** `tools.submit(path, body)` gives an answer; `tools.errors` are the last refusal's, by field. */
export const STEPS = [
  {
    id: 'ehr',
    title: 'Your EMR',
    steps: ['ehr'],
    ask: askEhr,
    answered: ({ ehr }) => (ehr ? `${ehr.ehr}, ${ehr.fhirBase}` : ''),
  },
  {
    id: 'client',
    title: 'Register Portico',
    steps: ['place', 'client'],
    ask: askRegistration,
    answered: ({ place, clientId }) => `${place?.name ?? ''} as ${clientId ?? ''}`,
  },
  {
    id: 'launch',
    title: 'First launch',
    steps: ['launch'],
    ask: askLaunch,
    answered: ({ launch }) => `${launch?.userName ?? launch?.fhirUser ?? ''} launched`,
  },
  {
    id: 'practice',
    title: 'Your practice',
    steps: ['practice', 'write'],
    ask: askPractice,
    answered: () => '',
  },
]

function askEhr({ ehr }, tools) {
  const form = formOf(
    tools,
    'Look at it',
    (values) => ['ehr', 'PUT', { fhirBase: values.fhirBase }],
    field({
      name: 'fhirBase',
      label: 'FHIR address',
      hint: 'The address that the EMR gives to programs, e.g. https://ehr.example.org/fhir',
      value: tools.typed.fhirBase ?? ehr?.fhirBase,
      error: tools.errors.fhirBase,
      inputMode: 'url',
      required: true,
    }),
  )
  if (!ehr)
    return [make('p', { className: 'soft' }, 'Portico reads what is there and says what it finds.'), form]
  return [form, make('h3', {}, ehr.ehr), findings(ehr.findings)]
}

function askRegistration(view, tools) {
  const moving = view.place === null || tools.moving
  if (moving) return [placeForm(view, tools)]
  const { registration, clientId } = view
  return [
    ehrFindings(view),
    kindForm(registration, tools),
    make('p', {}, 'Give the EMR these values: in its form for apps, or to its administrator.'),
    make('dl', { className: 'copies' }, registration.values.map(copyRow)),
    registration.left.length === 0
      ? null
      : make(
          'p',
          { className: 'hint' },
          `Left out, as this EMR does not have it: ${registration.left.join(', ')}`,
        ),
    copyBlock('Public keys, if it wants them pasted', registration.jwks),
    copyBlock(
      registration.endpoint ? `All of it as JSON, by POST to ${registration.endpoint}` : 'All of it as JSON',
      registration.metadata,
    ),
    make(
      'ul',
      { className: 'notes' },
      registration.notes.map((note) => make('li', {}, note)),
    ),
    formOf(
      tools,
      'Go on',
      (values) => ['client', 'PUT', { clientId: values.clientId }],
      field({
        name: 'clientId',
        label: 'Client id',
        hint: 'What the EMR calls Portico once it is registered.',
        value: tools.typed.clientId ?? clientId ?? '',
        error: tools.errors.clientId,
        required: true,
      }),
    ),
    make(
      'button',
      { type: 'button', className: 'button quiet', onclick: tools.move },
      'Change name or address',
    ),
  ]
}

const ehrFindings = ({ ehr }) => {
  const open = ehr.findings.filter(({ mood }) => mood !== 'good')
  return open.length === 0 ? null : findings(open)
}

function placeForm({ place, suggested, files }, tools) {
  const value = (name, fallback) => tools.typed[name] ?? place?.[name] ?? fallback
  const slug = field({
    name: 'slug',
    label: 'Its part of addresses',
    hint: 'Small letters, digits and dashes. It cannot be changed later.',
    value: value('slug', ''),
    error: tools.errors.slug,
    required: true,
  })
  const form = formOf(
    tools,
    'Show what to register',
    ({ name, slug: part, publicUrl }) => ['place', 'PUT', { name, slug: part, publicUrl }],
    files.practices.length === 0
      ? null
      : make(
          'p',
          { className: 'soft' },
          `${files.config} has ${files.practices.join(', ')} already. This practice is added to it.`,
        ),
    field({
      name: 'name',
      label: 'Name of the practice',
      hint: 'As patients read it.',
      value: value('name', ''),
      error: tools.errors.name,
      required: true,
      spellcheck: true,
    }),
    slug,
    field({
      name: 'publicUrl',
      label: 'Address of Portico',
      hint: 'Where staff and patients reach it; it must lead to this program while you set up.',
      value: value('publicUrl', suggested.publicUrl),
      error: tools.errors.publicUrl,
      inputMode: 'url',
      required: true,
    }),
  )
  const part = form.elements.namedItem('slug')
  const follows = part.value === ''
  form.elements.namedItem('name').addEventListener('input', ({ target }) => {
    if (follows && !part.dataset.typed) part.value = slugOf(target.value)
  })
  part.addEventListener('input', () => (part.dataset.typed = 'yes'))
  return form
}

const slugOf = (name) =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '')

function kindForm(registration, tools) {
  const select = make(
    'select',
    { className: 'input', id: 'kind', name: 'kind' },
    registration.kinds.map(({ kind, ehr }) =>
      make('option', { value: kind, selected: kind === registration.kind }, ehr),
    ),
  )
  select.addEventListener('change', () => void tools.submit('registration', 'PUT', { kind: select.value }))
  return make('div', { className: 'field' }, make('label', { htmlFor: 'kind' }, 'Which EMR is it?'), select)
}

function askLaunch({ launch, registration }, tools) {
  const url = registration?.values.find(({ label }) => label === 'Launch URL')
  const waiting = make(
    'p',
    { className: 'lead' },
    'In the EMR, open a patient’s chart and start Portico from there. This page notices by itself.',
  )
  if (!launch)
    return [
      waiting,
      make('dl', { className: 'copies' }, url ? copyRow(url) : null),
      words('Waiting for the first launch…'),
    ]
  if (launch.state === 'begun') return [waiting, words('A launch has begun…'), findings(launch.findings)]
  if (launch.state === 'done')
    return [
      findings(launch.findings),
      make(
        'p',
        { className: 'lead' },
        'To have another administrator, or to check again, launch once more from a patient’s chart.',
      ),
    ]
  return [
    notice('bad', 'The launch does not work yet.', ...launch.findings.map(({ text }) => make('p', {}, text))),
    waiting,
    make(
      'button',
      { type: 'button', className: 'button', onclick: () => tools.edit('client') },
      'Look at the registration',
    ),
  ]
}

const words = (text) => make('p', { className: 'soft' }, text)

function askPractice(view, tools) {
  const { launch, practice, place, files } = view
  const value = (name, fallback) => tools.typed[name] ?? practice?.[name] ?? fallback
  const who = launch.userName ? `${launch.userName} (${launch.fhirUser})` : launch.fhirUser
  return [
    notice('good', `The launch works: ${who}, patient ${launch.patient}.`, findings(launch.findings)),
    formOf(
      tools,
      writeWords(tools, place),
      (values) => ['practice', 'PUT', practiceOf(values)],
      field({
        name: 'timeZone',
        label: 'Time zone',
        hint: 'e.g. America/Chicago',
        value: value('timeZone', Intl.DateTimeFormat().resolvedOptions().timeZone),
        error: tools.errors.timeZone,
        required: true,
      }),
      languageField(value('languages', ['en', 'es']), tools.errors.languages),
      field({
        name: 'portalUrl',
        label: 'Address that patients type',
        hint: 'The same, unless patients have a host name of their own.',
        value: value('portalUrl', place.publicUrl),
        error: tools.errors.portalUrl,
        inputMode: 'url',
        required: true,
      }),
      field({
        name: 'chartUrl',
        label: 'A patient’s page in the EMR, if you know it',
        hint: 'With {patient} where the id goes. Staff follow it where Portico cannot write.',
        value: value('chartUrl', view.suggested.chartUrl) ?? '',
        error: tools.errors.chartUrl,
        inputMode: 'url',
      }),
      field({
        name: 'emrOrigins',
        label: 'Origin of the EMR’s own pages',
        hint: 'These may show Portico in a frame. Several with commas; empty for none.',
        value: originsText(value('emrOrigins', view.suggested.emrOrigins)),
        error: tools.errors.emrOrigins,
        inputMode: 'url',
      }),
      make(
        'p',
        {},
        make('strong', {}, who),
        ' becomes the first administrator. Portico writes ',
        make('code', {}, files.config),
        ' and ',
        make('code', {}, files.env),
        '.',
      ),
    ),
  ]
}

const writeWords = ({ refused }, place) => {
  if (refused === 'add') return `Add ${place.name} to it`
  return refused === 'replace' ? 'Replace it' : 'Write the configuration'
}

/** As it was typed, or as it was taken. */
const originsText = (origins) => (Array.isArray(origins) ? origins.join(', ') : origins)

const practiceOf = ({ timeZone, languages, portalUrl, chartUrl, emrOrigins }) => ({
  timeZone,
  languages: languages.split(','),
  portalUrl,
  chartUrl: chartUrl.trim() === '' ? null : chartUrl,
  emrOrigins: emrOrigins.split(/[\s,]+/).filter(Boolean),
})

const LANGUAGES = {
  'en,es': 'English, and Spanish for those who want it',
  'es,en': 'Spanish, and English for those who want it',
  en: 'English',
  es: 'Spanish',
}

function languageField(chosen, error) {
  const now = Array.isArray(chosen) ? chosen.join(',') : chosen
  const select = make(
    'select',
    { className: 'input', id: 'languages', name: 'languages', 'aria-invalid': error ? 'true' : undefined },
    Object.entries(LANGUAGES).map(([value, label]) =>
      make('option', { value, selected: value === now }, label),
    ),
  )
  return make('div', { className: 'field' }, make('label', { htmlFor: 'languages' }, 'Languages'), select)
}

/** A form of one button. What was typed stays typed when it is refused. */
function formOf(tools, label, orderOf, ...parts) {
  const button = make(
    'button',
    { className: 'button primary', 'aria-busy': tools.busy ? 'true' : undefined },
    tools.busy ? `${label}…` : label,
  )
  const form = make(
    'form',
    { className: 'stack', noValidate: true },
    parts,
    make('div', { className: 'actions' }, button),
  )
  form.addEventListener('input', () => tools.keep(Object.fromEntries(new FormData(form))))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const values = Object.fromEntries(new FormData(form))
    tools.keep(values)
    void tools.submit(...orderOf(values))
  })
  return form
}
