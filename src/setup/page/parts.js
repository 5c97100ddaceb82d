// What the steps are made of. Elements are made one by one: this page lets nothing be made from a string.

/** Makes an element; a property that begins with `on` listens, `aria…` and names with a dash are attributes. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (name in element && !name.includes('-')) element[name] = value
    else element.setAttribute(name, value)
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined))
  return element
}

const SVG = 'http://www.w3.org/2000/svg'

function icon(path) {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const line = document.createElementNS(SVG, 'path')
  line.setAttribute('d', path)
  svg.append(line)
  return svg
}

export const checkIcon = () => icon('M5 12.5 10 17.5 19 7')
export const alertIcon = () => icon('M12 7v6M12 16.5v.5M12 3 2.5 20h19Z')

/** Says what happened and what to do; takes focus when it answers a submit. */
export const notice = (mood, title, ...more) =>
  make(
    'div',
    { className: `notice ${mood}`, tabIndex: -1, 'data-notice': '' },
    mood === 'good' ? checkIcon() : alertIcon(),
    make('p', {}, make('strong', {}, title)),
    more,
  )

/** Label, hint, control, error: in this order, always. */
export function field({ name, label, hint, value = '', error, ...input }) {
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ')
  return make(
    'div',
    { className: 'field' },
    make('label', { htmlFor: name }, label),
    hint ? make('p', { className: 'hint', id: `${name}-hint` }, hint) : null,
    make('input', {
      className: 'input',
      id: name,
      name,
      value,
      autocomplete: 'off',
      autocapitalize: 'none',
      spellcheck: false,
      'aria-invalid': error ? 'true' : undefined,
      'aria-describedby': described || undefined,
      ...input,
    }),
    error
      ? make('p', { className: 'field-error', id: `${name}-error` }, alertIcon(), make('span', {}, error))
      : null,
  )
}

const WORDS = { good: 'Good: ', warn: 'To look at: ', bad: 'Missing: ' }

/** What was found out, one sentence a line; words and shape say which kind, colour last. */
export const findingList = (findings) =>
  make(
    'ul',
    { className: 'findings' },
    findings.map(({ mood, text }) =>
      make(
        'li',
        { className: mood },
        make('span', { className: 'mark', 'aria-hidden': 'true' }),
        make('span', {}, make('span', { className: 'hidden-visually' }, WORDS[mood]), text),
      ),
    ),
  )

/** What is fine folds away. */
export function findings(all) {
  const fine = all.filter(({ mood }) => mood === 'good')
  const open = all.filter(({ mood }) => mood !== 'good')
  if (open.length === 0) return findingList(fine)
  return make(
    'div',
    { className: 'stack' },
    findingList(open),
    fine.length === 0
      ? null
      : make(
          'details',
          { className: 'fold' },
          make('summary', {}, fine.length === 1 ? '1 thing is fine' : `${fine.length} things are fine`),
          findingList(fine),
        ),
  )
}

/** A value with a button that copies it. */
export function copyRow({ label, value, hint }) {
  const said = make('span', { className: 'hidden-visually', role: 'status' })
  const button = make(
    'button',
    { type: 'button', className: 'button', 'aria-label': `Copy ${label}` },
    'Copy',
  )
  button.addEventListener('click', () => void copy(value, button, said))
  return make(
    'div',
    { className: 'copy' },
    make('dt', {}, label),
    make('dd', {}, make('code', {}, value), hint ? make('p', { className: 'hint' }, hint) : null),
    make('dd', { className: 'act' }, button, said),
  )
}

/** A long value, folded away, with a button that copies it. */
export function copyBlock(summary, value) {
  const said = make('span', { className: 'hidden-visually', role: 'status' })
  const button = make(
    'button',
    { type: 'button', className: 'button', 'aria-label': `Copy ${summary}` },
    'Copy',
  )
  button.addEventListener('click', () => void copy(value, button, said))
  const text = make('pre', { tabIndex: 0 }, make('code', {}, value))
  return make(
    'details',
    { className: 'fold' },
    make('summary', {}, summary),
    make('div', { className: 'stack' }, text, button, said),
  )
}

async function copy(value, button, said) {
  await navigator.clipboard.writeText(value).then(
    () => (button.textContent = 'Copied'),
    () => (button.textContent = 'Select and copy it'),
  )
  said.textContent = button.textContent
}
