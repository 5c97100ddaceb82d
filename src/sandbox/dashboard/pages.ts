import { type Markup, markup } from '../markup.ts'
import { ROLE_NAMES, type StaffUser } from '../staff.ts'
import { demographicsDialog, type Demographics } from './demographics.ts'
import { type AppSwitch, appSwitches } from './app-switches.ts'
import { type ChartBox, PAGE_SIZE, type PatientPage, type PatientRow } from './chart.ts'
import { type Frame, layout } from './layout.ts'
import { porticoBox, type PorticoBox, porticoScript } from './portico-box.ts'

/** Choose who you are; there are no passwords in a demonstration. */
export const loginPage = (frame: Frame, staff: StaffUser[], next: string, notice: string): Markup =>
  layout(
    frame,
    'Log in',
    markup`<main class="narrow">
      <h1>Log in</h1>
      <p>
        This is a demonstration EMR with made-up people, so nobody has a password. Choose who you want to be.
      </p>
      ${notice ? markup`<p class="notice" role="alert">${notice}</p>` : ''}
      <form method="post" action="${frame.prefix}/login" class="box">
        <input type="hidden" name="next" value="${next}" />
        <fieldset>
          <legend>Who are you?</legend>
          ${staff.map(
            ({ role, name }, index) =>
              markup`<label class="choice"
                ><input type="radio" name="role" value="${role}" required ${index === 0 ? 'checked' : ''} />
                <span><b>${ROLE_NAMES[role]}</b> ${name}</span></label
              >`,
          )}
        </fieldset>
        <button class="primary">Log in</button>
      </form>
    </main>`,
  )

/** A page for what cannot go on. */
export const messagePage = (frame: Frame, title: string, text: string): Markup =>
  layout(
    frame,
    title,
    markup`<main class="narrow">
      <h1>${title}</h1>
      <p>${text}</p>
      <p><a href="${frame.prefix}/">Go to the patient list</a></p>
    </main>`,
  )

export type PatientList = { text: string; page: number; rows: PatientRow[]; total: number }

/** The patient list with its search and paging. */
export const patientListPage = (frame: Frame, list: PatientList, apps: AppSwitch[] = []): Markup =>
  layout(
    frame,
    'Patients',
    markup`<main>
      <h1>Patients</h1>
      <form class="search" role="search" action="${frame.prefix}/">
        <label for="q">Name, birth date or record number</label>
        <span
          ><input id="q" name="q" type="search" value="${list.text}" autocomplete="off" />
          <button>Search</button></span
        >
      </form>
      ${list.rows.length === 0 ? markup`<p class="box pad">No patient matches “${list.text}”.</p>` : patientTable(frame, list)}
      ${appSwitches(frame, apps)}
    </main>`,
  )

const patientTable = (frame: Frame, list: PatientList) =>
  markup`<table class="box">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Born</th>
          <th scope="col" class="id">Record no.</th>
          <th scope="col" class="wide">Sex</th>
          <th scope="col" class="wide">City</th>
        </tr>
      </thead>
      <tbody>
        ${list.rows.map(
          (row) =>
            markup`<tr>
              <th scope="row">
                <a href="${frame.prefix}/patients/${encodeURIComponent(row.id)}">${row.name}</a>
                ${flag(row.flag)}
              </th>
              <td class="date">${row.birthDate}</td>
              <td class="id">${row.mrn}</td>
              <td class="wide">${row.sex}</td>
              <td class="wide">${row.city}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${paging(frame, list)}`

function paging(frame: Frame, { text, page, total }: PatientList) {
  const first = (page - 1) * PAGE_SIZE + 1
  const last = Math.min(page * PAGE_SIZE, total)
  const href = (to: number) => `${frame.prefix}/?${new URLSearchParams({ q: text, page: String(to) })}`
  return markup`<nav class="paging" aria-label="Pages">
    ${page > 1 ? markup`<a href="${href(page - 1)}" rel="prev">Previous page</a>` : ''}
    <span>${first} to ${last} of ${total}</span>
    ${last < total ? markup`<a href="${href(page + 1)}" rel="next">Next page</a>` : ''}
  </nav>`
}

/** `messaging` is the handle by which the app may speak with this page. */
export type App = { clientId: string; name: string; origin: string; messaging: string }

/** What stands on a patient's page beside the chart. */
export type Beside = { apps: App[]; notes: Markup | ''; demographics: Demographics }

/** One patient: banner, chart, the patient portal's card, and the apps that can be opened for them. */
export const patientPage = (
  frame: Frame,
  patient: PatientPage,
  { apps, notes, demographics }: Beside,
  portico?: PorticoBox,
): Markup =>
  layout(
    frame,
    patient.row.name,
    markup`<main class="chart">
      <div class="banner">
        <h1>${patient.row.name}</h1>
        <p>${identity(patient)}</p>
      </div>
      ${notes}
      <div class="page">
        ${apps.map((app) => appButtons(frame, patient, app))}
        <div class="boxes">
          <section class="box" aria-labelledby="demographics">
            <h2 id="demographics">Demographics</h2>
            <button class="edit" type="button" data-edits hidden>Edit demographics</button>
            <dl data-facts>
              ${patient.facts.map(
                ([label, value]) =>
                  markup`<div>
                    <dt>${label}</dt>
                    <dd>${value || '–'}</dd>
                  </div>`,
              )}
            </dl>
          </section>
          ${patient.boxes.map(chartBox)}
        </div>
        ${portico ? porticoBox(portico) : ''}
      </div>
      ${demographicsDialog(patient.row.name, `${pathOf(frame, patient)}/demographics`, demographics)}
    </main>`,
    portico ? porticoScript(portico) : '',
  )

const pathOf = (frame: Frame, { row }: PatientPage) =>
  `${frame.prefix}/patients/${encodeURIComponent(row.id)}`

const chartBox = ({ title, lines }: ChartBox) => {
  const id = title.toLowerCase()
  return markup`<section class="box" aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${
      lines.length === 0
        ? markup`<p class="pad">Nothing recorded.</p>`
        : markup`<ul>
            ${lines.map((line) => markup`<li>${line}</li>`)}
          </ul>`
    }
  </section>`
}

const identity = ({ row, born }: PatientPage) =>
  markup`<span data-born>${born}</span>
    <span class="mrn">MRN ${row.mrn}</span> ${flag(row.flag)}`

/**
 * "Open here" needs a script, which shows the button and the dialog around the frame. The dialog has the patient
 * banner, so the app is told that it needs none of its own.
 */
const appButtons = (frame: Frame, patient: PatientPage, app: App) => {
  const action = `${pathOf(frame, patient)}/launch`
  const frameName = `${app.clientId}-frame`
  const dialogId = `${app.clientId}-dialog`
  return markup`<div class="apps">
    <form method="post" action="${action}" target="_blank" rel="noopener">
      <input type="hidden" name="client" value="${app.clientId}" />
      <button class="primary">Open ${app.name}</button>
    </form>
    <form method="post" action="${action}" target="${frameName}" data-opens="${dialogId}" hidden>
      <input type="hidden" name="client" value="${app.clientId}" />
      <input type="hidden" name="banner" value="no" />
      <input type="hidden" name="messaging" value="${app.messaging}" />
      <button>Open ${app.name} here</button>
    </form>
    <dialog
      id="${dialogId}"
      aria-labelledby="${dialogId}-title"
      data-app="${app.origin}"
      data-messaging="${app.messaging}"
    >
      <div class="dialog-top">
        <div>
          <h2 id="${dialogId}-title">${app.name} for ${patient.row.name}</h2>
          <p>${identity(patient)}</p>
        </div>
        <button type="button" data-closes>Close</button>
      </div>
      <iframe name="${frameName}" title="${app.name}" allow="clipboard-write ${app.origin}"></iframe>
    </dialog>
  </div>`
}

const flag = (text: string) => (text ? markup`<span class="flag">${text}</span>` : '')
