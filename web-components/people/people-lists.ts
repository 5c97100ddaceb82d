import { html } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { StaffPerson, StaffRole } from '../../src/staff/schema.ts'
import type { Client } from '../client.ts'
import type { AdminWords } from '../i18n/words.ts'
import { emptyState } from '../ui/list-parts.ts'
import { personName } from './giving.ts'
import type { RoleChoice } from './person-row.ts'
import './person-row.ts'
import './role-card.ts'

export type PeopleList = {
  words: AdminWords
  people: readonly StaffPerson[]
  roles: readonly StaffRole[]
  now: number
  /** The reader, as the EMR names them. */
  me: string
  /** Id of somebody whose role is being saved. */
  busy: string | null
  choose: (event: CustomEvent<RoleChoice>) => void
  stop: (person: StaffPerson, stopped: boolean) => void
}

/** Who has a role, or is an administrator by the configuration file. */
export const peopleList = ({ words, people, roles, now, me, busy, choose, stop }: PeopleList) =>
  html`<section class="card" aria-labelledby="people">
    <h2 id="people" tabindex="-1">${words.msg('people.list')}</h2>
    ${
      people.length === 0
        ? emptyState(words.msg('people.nobody'))
        : html`<ul class="list">
            ${repeat(
              people,
              ({ id }) => id,
              (person) =>
                html`<li id="person-${person.id}" tabindex="-1">
                  <portico-person
                    .words=${words}
                    .person=${person}
                    .roles=${roles}
                    .now=${now}
                    ?is-me=${person.fhirUser === me}
                    ?busy=${busy === person.id}
                    @portico-role-chosen=${choose}
                    @portico-stop-chosen=${({ detail }: CustomEvent<boolean>) => stop(person, detail)}
                  ></portico-person>
                </li>`,
            )}
          </ul>`
    }
  </section>`

export type RolesList = {
  words: AdminWords
  client: Client
  launch: string
  people: readonly StaffPerson[]
  roles: readonly StaffRole[]
  /** The form for a new role is open. */
  adding: boolean
  onAdd: () => void
  onAdded: () => void
}

/** What each role allows, each with its form, and a way to make another. */
export function rolesList({ words, client, launch, people, roles, adding, onAdd, onAdded }: RolesList) {
  const holders = ({ id }: StaffRole) => people.filter(({ role }) => role === id).map(personName)
  const add = html`<div class="actions">
    <button class="button" type="button" @click=${onAdd}>${words.msg('roles.add')}</button>
  </div>`
  const form = html`<portico-role
    id="new-role"
    .client=${client}
    .words=${words}
    .launch=${launch}
    @portico-new-role-closed=${onAdded}
  ></portico-role>`
  return html`<section aria-labelledby="roles">
    <h2 id="roles" tabindex="-1">${words.msg('roles.title')}</h2>
    <p class="soft">${words.msg('roles.lead')}</p>
    <div class="roles">
      ${repeat(
        roles,
        ({ id }) => id,
        (role) =>
          html`<portico-role
            .client=${client}
            .words=${words}
            .launch=${launch}
            .staffRole=${role}
            .people=${holders(role)}
          ></portico-role>`,
      )}
      ${adding ? form : add}
    </div>
  </section>`
}
