// Set-up as a page: shows the step that is next, and everything that was answered before it.
import { send } from './answers.js'
import { make, notice } from './parts.js'
import { STEPS } from './steps.js'

const LOOK_EVERY_MS = 1000
const main = document.getElementById('setup')

let view = null
/** What was typed and not taken yet, the last refusal, the step that is being answered anew. */
let local = fresh()

function fresh() {
  return { typed: {}, errors: {}, refusal: null, busy: false, editing: null, moving: false }
}

const current = () =>
  STEPS.find(({ id }) => id === local.editing) ?? STEPS.find(({ steps }) => steps.includes(view.step))

const tools = () => ({
  ...local,
  refused: local.refusal?.reason,
  keep: (values) => Object.assign(local.typed, values),
  submit,
  edit: (id) => {
    local = { ...fresh(), editing: id }
    draw('heading')
  },
  move: () => {
    local = { ...fresh(), editing: local.editing, moving: true }
    draw('heading')
  },
})

async function submit(path, method, body) {
  if (local.busy) return
  local = { ...local, busy: true, errors: {} }
  busyButton()
  try {
    const before = current()?.id
    view = await send(path, method, body)
    if (path === 'practice') view = await send('configuration', 'POST', writeOrder())
    local = fresh()
    draw(current()?.id === before && view.step !== 'done' && path !== 'place' ? 'notice' : 'heading')
  } catch (refusal) {
    local = { ...local, busy: false, refusal, errors: refusal.fields ?? {} }
    draw('refusal')
  }
}

/** A second press of a button that says so adds to, or replaces, what is there. */
function writeOrder() {
  const reason = local.refusal?.reason
  return {
    administrator: view.launch?.fhirUser ?? '',
    add: reason === 'add',
    replace: reason === 'replace',
  }
}

function busyButton() {
  const button = main.querySelector('button.primary')
  if (!button) return
  button.setAttribute('aria-busy', 'true')
  button.textContent = `${button.textContent}…`
}

/** @param focus what the reader is to be taken to: `heading`, `refusal`, or nothing when the page changed by itself */
function draw(focus) {
  if (view === null) return main.replaceChildren(...noView())
  if (view.step === 'done') main.replaceChildren(...done())
  else main.replaceChildren(...steps())
  document.title = `${main.querySelector('h1').textContent} · Portico`
  if (focus === 'heading') main.querySelector('[data-heading]')?.focus()
  if (focus === 'refusal')
    (main.querySelector('[aria-invalid="true"]') ?? main.querySelector('[data-notice]'))?.focus()
}

const noView = () => [
  make('h1', {}, 'Connect Portico to your EMR'),
  ...(local.refusal
    ? [notice('bad', local.refusal.message)]
    : [make('p', { className: 'soft' }, 'Looking how far you are…')]),
]

function steps() {
  const now = current()
  const place = STEPS.indexOf(now)
  return [
    make('h1', {}, 'Connect Portico to your EMR'),
    make(
      'ol',
      { className: 'done-steps' },
      STEPS.slice(0, place).map((step) => answeredRow(step)),
    ),
    make(
      'section',
      { className: 'card stack', 'aria-labelledby': 'now' },
      make('p', { className: 'soft' }, `Step ${place + 1} of ${STEPS.length}`),
      make('h2', { id: 'now', tabIndex: -1, 'data-heading': '' }, now.title),
      refusalNotice(),
      now.ask(view, tools()),
      local.editing
        ? make(
            'button',
            { type: 'button', className: 'button quiet', onclick: () => tools().edit(null) },
            'Leave it as it was',
          )
        : null,
    ),
  ]
}

/** Words stand at the field, where there is one for them. */
function refusalNotice() {
  const { refusal } = local
  if (!refusal) return null
  return Object.keys(refusal.fields).some((name) => document.getElementById(name))
    ? null
    : notice('bad', refusal.message)
}

const answeredRow = (step) =>
  make(
    'li',
    {},
    make('span', { className: 'mark', 'aria-hidden': 'true' }),
    make(
      'span',
      { className: 'what' },
      make('strong', {}, step.title),
      make('span', { className: 'soft' }, step.answered(view)),
    ),
    make(
      'button',
      {
        type: 'button',
        className: 'button quiet',
        'aria-label': `Change: ${step.title}`,
        onclick: () => tools().edit(step.id),
      },
      'Change',
    ),
  )

function done() {
  const [written, ...rest] = view.next
  return [
    make('h1', { tabIndex: -1, 'data-heading': '' }, 'Portico knows your EMR'),
    notice('good', written),
    make(
      'ol',
      { className: 'next' },
      rest.map((text) => make('li', {}, text)),
    ),
    make('p', { className: 'soft' }, 'Set-up has ended. You can close this page.'),
  ]
}

/** While somebody launches in another window this page looks by itself. */
async function look() {
  if (!isWaiting()) return
  const found = await send('state').catch(() => null)
  if (!found || !isWaiting()) return
  const changed = found.step !== view.step || JSON.stringify(found.launch) !== JSON.stringify(view.launch)
  view = found
  if (!changed) return
  if (found.step !== 'launch') local = fresh()
  draw(found.step === 'launch' ? undefined : 'heading')
}

const isWaiting = () => view !== null && view.step !== 'done' && !local.busy && current()?.id === 'launch'

draw()
try {
  view = await send('state')
} catch (refusal) {
  local.refusal = refusal
}
draw()
setInterval(() => void look(), LOOK_EVERY_MS)
