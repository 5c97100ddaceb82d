import { html } from 'lit'
import type { StaffPerson, StaffRole } from '../../src/staff/schema.ts'
import { roleName } from '../i18n/role-words.ts'
import type { AdminWords } from '../i18n/words.ts'
import { personName } from './giving.ts'
import { stopPersonButton } from './stopping.ts'

export type Newcomers = {
  words: AdminWords
  people: readonly StaffPerson[]
  roles: readonly StaffRole[]
  now: number
  /** Id of somebody whose role is being saved. */
  busy: string | null
  give: (person: StaffPerson, role: StaffRole) => void
  stop: (person: StaffPerson, stopped: boolean) => void
}

/** Who has no role yet, each with one button for every role. */
export const newcomers = ({ words, people, roles, now, busy, give, stop }: Newcomers) =>
  html`<section class="card" aria-labelledby="waiting">
    <h2 id="waiting" tabindex="-1">${words.msg('people.waiting', { count: people.length })}</h2>
    <p class="soft">${words.msg('people.waitingText')}</p>
    <ul class="list">
      ${people.map(
        (person) =>
          html`<li class="newcomer" id="person-${person.id}" tabindex="-1">
            <p>
              <strong>${personName(person)}</strong>
              <span class="soft small">
                ${words.msg('people.firstSeen', { when: words.moment(person.firstSeenAt, now) })}
              </span>
            </p>
            <div
              class="actions"
              role="group"
              aria-label=${words.msg('people.roleFor', { name: personName(person) })}
            >
              ${roles.map(
                (role) =>
                  html`<button
                    class="button"
                    type="button"
                    aria-busy=${busy === person.id}
                    @click=${() => give(person, role)}
                  >
                    ${roleName(words, role.name)}
                  </button>`,
              )}
            </div>
            ${stopPersonButton(words, person, {
              busy: busy === person.id,
              choose: (stopped) => stop(person, stopped),
            })}
          </li>`,
      )}
    </ul>
  </section>`
