import { createElement, StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import type { EmbedToken } from '../../../src/embedding/schema.ts'

const PATIENTS = ['walter-okafor', 'maria-nunez']

/** What the card asks whenever it needs a token; a refusal is an error for it. */
async function tokenProvider(patient: string): Promise<EmbedToken> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ patient })
  const answer = await fetch('/portico-token', { method: 'POST', headers, body })
  if (!answer.ok) throw new Error(`The token was refused: ${answer.status}`)
  return (await answer.json()) as EmbedToken
}

/** A page that renders all the time, shows another patient, moves the card and takes it away. */
function Page() {
  const [renders, setRenders] = useState(0)
  const [isShown, setShown] = useState(true)
  const [column, setColumn] = useState(0)
  const [patient, setPatient] = useState(0)
  const [saved, setSaved] = useState(0)
  const card = createElement('portico-access', {
    patient: PATIENTS[patient],
    tokenProvider,
    theme: 'auto',
    'onportico-access-saved': () => setSaved((count) => count + 1),
  })
  const button = (label: string, onClick: () => void) =>
    createElement('button', { key: label, type: 'button', onClick }, label)
  return createElement(
    'main',
    null,
    createElement('h1', null, 'Patient'),
    createElement('nav', { 'aria-label': 'Try' }, [
      button('Render again', () => setRenders((count) => count + 1)),
      button('Hide or show', () => setShown((shown) => !shown)),
      button('Other column', () => setColumn((current) => 1 - current)),
      button('Other patient', () => setPatient((current) => 1 - current)),
    ]),
    createElement('p', null, `Rendered ${renders} times more, saved ${saved} times`),
    ...[0, 1].map((index) =>
      createElement('div', { key: index, className: 'column' }, isShown && column === index ? card : null),
    ),
  )
}

const root = document.getElementById('root')
if (root) createRoot(root).render(createElement(StrictMode, null, createElement(Page)))
