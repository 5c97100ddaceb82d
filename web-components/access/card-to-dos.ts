import { html, nothing } from 'lit'
import type { ToDo, ToDoChange } from '../../src/desk/schema.ts'
import { type Refusal, toRefusal } from '../client.ts'
import { endsTheTab } from '../i18n/refusal-kinds.ts'
import { loadToDos } from '../load-to-dos.ts'
import type { CardDesk } from './card-desk.ts'
import type { CardView } from './card-view.ts'
import { isPhone } from './draft.ts'

type How = Parameters<CardDesk['host']['client']['settleToDo']>[2]['how']

/**
 * What waits to be typed into this patient's chart. Its element is fetched for a card that has any, and stays while the
 * card does, to say what became of it.
 */
export class CardToDos {
  private isWanted = false
  /** What the page around last heard of. */
  private told: string | null = null
  private readonly desk: CardDesk

  constructor(desk: CardDesk) {
    this.desk = desk
  }

  draw({ words, card, openChart }: CardView) {
    this.tell(card.todos)
    if (card.todos.length > 0 && !this.isWanted) this.fetch()
    if (!this.isWanted) return nothing
    const { host } = this.desk
    return html`<portico-to-dos
      .words=${words}
      .todos=${card.todos}
      .now=${host.client.now}
      .may=${card.may.allow || card.may.edit !== 'no'}
      .patient=${card.patient.id}
      .openChart=${openChart}
      .headingLevel=${host.headingLevel + 1}
      .settle=${this.settle}
      .isInChart=${this.isInChart}
    ></portico-to-dos>`
  }

  /** What did not arrive is asked for when the card is drawn again. */
  private fetch(): void {
    this.isWanted = true
    loadToDos().catch(() => (this.isWanted = false))
  }

  private readonly settle = async (
    todo: ToDo,
    how: How,
  ): Promise<'settled' | 'elsewhere' | 'told' | Refusal> => {
    const { desk } = this
    const { host } = desk
    try {
      const card = await host.client.settleToDo(host.patient, todo.id, { how })
      desk.set({ card })
      await host.updateComplete
      return 'settled'
    } catch (error) {
      return this.refuse(toRefusal(error))
    }
  }

  /** The page around counts them: also one that was over before this card was drawn, or that left it by itself. */
  private tell(todos: readonly ToDo[]): void {
    const ids = todos.map(({ id }) => id).join(' ')
    if (ids === this.told) return
    this.told = ids
    const event = new CustomEvent('portico-to-dos', { bubbles: true, detail: todos.length })
    queueMicrotask(() => this.desk.host.dispatchEvent(event))
  }

  private async refuse(refusal: Refusal): Promise<'elsewhere' | 'told' | Refusal> {
    const { desk } = this
    if (refusal.code === 'conflict' || refusal.code === 'not-found') {
      await desk.load()
      return 'elsewhere'
    }
    if (!endsTheTab(refusal) && refusal.code !== 'host-signed-out') return refusal
    desk.set({ refusal })
    return 'told'
  }

  private readonly isInChart = ({ field, to }: ToDoChange): boolean => {
    const held = this.desk.card?.contacts[field] ?? null
    return same(field, held) === same(field, to)
  }
}

/** The EMR may write a number in its own way. */
const same = (field: ToDoChange['field'], value: string | null): string =>
  isPhone(field) ? (value ?? '').replace(/\D/g, '').slice(-10) : (value ?? '').trim().toLowerCase()
