// Demographics are changed in a dialog over everything else. An app that is open stays open meanwhile, and so does what
// somebody types in the portal's card: the page is never loaded again.
const editor = document.getElementById('edit-demographics')
const edit = document.querySelector('[data-edits]')
if (editor) {
  const form = editor.querySelector('form')
  const fault = form.querySelector('[role=alert]')
  edit.hidden = false
  edit.addEventListener('click', () => editor.showModal())
  editor.querySelector('[data-closes]').addEventListener('click', () => editor.close())
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void save()
  })
  const save = async () => {
    const order = { method: 'POST', body: changesOf(form), redirect: 'manual' }
    const answer = await fetch(form.action, order).catch(() => null)
    // What was saved leads back to the page, which is here already.
    fault.hidden = answer?.type === 'opaqueredirect'
    if (!fault.hidden) return
    for (const field of form.querySelectorAll('input')) field.defaultValue = field.value
    editor.close()
    await Promise.all([readChart(form), readCards()])
  }
  // The portal's card writes into the chart, too.
  document.addEventListener('portico-access-saved', () => void readChart(form))
}

// The portal's card looks at the chart again; what is typed in it stays.
function readCards() {
  return Promise.all([...document.querySelectorAll('portico-access')].map((card) => card.refresh?.()))
}

// Shows the chart as it is now. Text alone is put in: this page lets nothing be made from a string.
async function readChart(form) {
  const chart = await fetch(form.action)
    .then((answer) => answer.json())
    .catch(() => null)
  if (!chart) return
  for (const place of document.querySelectorAll('[data-born]')) place.textContent = chart.born
  document.querySelector('[data-facts]').replaceChildren(...chart.facts.map(rowOf))
  for (const field of form.querySelectorAll('input')) {
    const isTyped = field.value !== field.defaultValue
    if (!isTyped) field.value = field.defaultValue = chart.values[field.name]
  }
}

function rowOf([label, value]) {
  const row = document.createElement('div')
  for (const [tag, text] of [
    ['dt', label],
    ['dd', value || '–'],
  ])
    row.appendChild(document.createElement(tag)).textContent = text
  return row
}

// An app is to look as the EMR does at this moment.
const dark = matchMedia('(prefers-color-scheme: dark)')
for (const form of document.querySelectorAll('form[action$="/launch"]'))
  form.addEventListener('formdata', ({ formData }) => formData.set('scheme', dark.matches ? 'dark' : 'light'))

// The page may be older than the chart: what nobody touched here is not written again.
function changesOf(form) {
  const changes = new FormData()
  for (const field of form.querySelectorAll('input'))
    if (field.value !== field.defaultValue) changes.set(field.name, field.value)
  return changes
}

// Opens an app in a full-screen dialog; without this script the app opens in a tab only.
for (const form of document.querySelectorAll('form[data-opens]')) {
  const dialog = document.getElementById(form.dataset.opens)
  const frame = dialog.querySelector('iframe')
  form.hidden = false
  form.addEventListener('submit', () => dialog.showModal())
  dialog.querySelector('[data-closes]').addEventListener('click', () => dialog.close())
  dialog.addEventListener('close', () => {
    frame.src = 'about:blank'
    if (editor) void Promise.all([readChart(editor.querySelector('form')), readCards()])
  })
  listen(dialog, frame)
}

// SMART Web Messaging: the app in the frame, and nobody else, may ask to be closed or to have demographics opened.
function listen(dialog, frame) {
  const { app, messaging } = dialog.dataset
  const acts = {
    'status.handshake': () => ({}),
    'ui.done': () => done(() => dialog.close()),
    'ui.launchActivity': ({ activityType }) =>
      activityType === 'urn:portico:activity:demographics-edit' && editor
        ? done(() => editor.open || editor.showModal())
        : failed('This EMR has no such activity.'),
  }
  window.addEventListener('message', ({ data, origin, source }) => {
    if (source !== frame.contentWindow || origin !== app || data?.messagingHandle !== messaging) return
    const act = Object.hasOwn(acts, data.messageType) ? acts[data.messageType] : () => failed('Not offered.')
    const payload = act(data.payload ?? {})
    source.postMessage(
      { messageId: crypto.randomUUID(), responseToMessageId: data.messageId, payload },
      origin,
    )
  })
}

function done(act) {
  // Answered first: an app that is closed hears nothing any more.
  setTimeout(() => act())
  return { status: 'success' }
}

function failed(text) {
  return { status: 'error', statusDetail: { text } }
}
