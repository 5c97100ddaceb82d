import { adoptStyles, LitElement } from 'lit'
import type { AccessCard, ContactField, LineId, ReadinessLine, SaveAccess } from '../../src/access/schema.ts'
import { createSubmission, type Refusal } from '../client.ts'
import { loadInviteWords } from '../i18n/invite-words.ts'
import type { InviteWords } from '../i18n/words.ts'
import field from '../ui/field.css?inline'
import form from '../ui/form.css?inline'
import { focusNotice } from '../ui/notice.ts'
import { sheets } from '../ui/sheets.ts'
import type { CardDesk } from './card-desk.ts'
import editor from './card-editor.css?inline'
import { focusIfLost } from './card-focus.ts'
import { keepLive } from './card-live.ts'
import { type NoticeView, refusalNotice } from './card-notice.ts'
import { CardToDos } from './card-to-dos.ts'
import type { CardView, LineParts } from './card-view.ts'
import { type Conflict, conflictNotice, keepTheirs, runInto, useMine } from './conflicts.ts'
import {
  changesOf,
  CONTACT_FIELDS,
  type Draft,
  faultsOf,
  leftOver,
  NO_DRAFT,
  opened,
  typed,
} from './draft.ts'
import { faultsInWords, fieldRefusals } from './field-faults.ts'
import { focusFault, focusLine } from './field-focus.ts'
import { editableParts, elsewhere, isMendedBySaving, isPending, isTouched } from './line-edits.ts'

/** What the fields of the card are drawn with. */
const SHEETS = sheets(field, form, editor)

/** The editor of a card, with its words and its sheets. */
export async function createEditor(desk: CardDesk): Promise<CardEditor> {
  const { host } = desk
  const words = await loadInviteWords(host.words.language, host.words.timeZone)
  const { elementStyles } = host.constructor as typeof LitElement
  adoptStyles(host.renderRoot as ShadowRoot, [...elementStyles, ...SHEETS])
  return new CardEditor(desk, words)
}

/** What is changed on a card: nothing typed is lost over a refusal, and nothing of somebody else's is overwritten. */
export class CardEditor {
  words: InviteWords
  draft = NO_DRAFT
  private readonly desk: CardDesk
  private readonly toDos: CardToDos
  /** Fields that were left or sent: from then on a fault is said at once. */
  private checked: readonly ContactField[] = []
  /** What the EMR said about single fields, in words. */
  private rejected: Partial<Record<ContactField, string>> = {}
  private conflicts: readonly Conflict[] = []
  private readonly sendMail = createSubmission((body: { patient: string }, key) =>
    this.desk.host.client.mailInvitation(body.patient, key),
  )

  constructor(desk: CardDesk, words: InviteWords) {
    this.desk = desk
    this.words = words
    this.toDos = new CardToDos(desk)
  }

  /** The card follows what happens to the patient elsewhere; it comes with the editor, after the first card. */
  follow(signal: AbortSignal): void {
    keepLive(this.desk, signal)
  }

  /** Something on the screen differs from what is saved. */
  get changed(): boolean {
    const { card } = this.desk
    return card !== null && changesOf(card, this.draft) !== null
  }

  /** Save shows when there is something to save, or when saving is what is missing. */
  get canSave(): boolean {
    const { card } = this.desk
    return card !== null && (this.changed || isMendedBySaving(card))
  }

  /** What to say at the fields: our own check once it is due, else what the EMR said. */
  get faults(): Partial<Record<ContactField, string>> {
    const { card } = this.desk
    if (!card) return {}
    return { ...this.rejected, ...faultsInWords(this.words, faultsOf(card, this.draft), this.checked) }
  }

  /** How a line is mended in place; null where it is not. */
  parts(view: CardView, line: ReadinessLine): LineParts | null {
    return editableParts({ ...view, words: this.words, editor: this }, line)
  }

  isTouched(lines: readonly ReadinessLine[]): boolean {
    return isTouched(this.draft, lines)
  }

  /** What is to be typed into the chart by hand; nothing where there is and was none. */
  renderToDos(view: CardView) {
    return this.toDos.draw(view)
  }

  /** Under the lines: where phone and e-mail go, or are changed, when that is not the chart from here. */
  renderElsewhere(view: CardView, lines: readonly ReadinessLine[]) {
    return elsewhere(view, this.words, lines)
  }

  /** Why Create waits: for Save, or for the chart to show what is on the list; empty where nothing is missing. */
  whyMissing(card: AccessCard, missing: readonly ReadinessLine[]): string {
    const { words } = this
    const count = missing.length
    if (count === 0) return ''
    const waits = missing.every(({ id }) => isPending(card, id))
    return waits ? words.msg('field.opensInChart') : words.msg('card.opensWhen', { count })
  }

  /** Both values of what somebody changed meanwhile; null when nobody did. */
  renderConflicts() {
    const { words, conflicts } = this
    const settle = (conflict: Conflict, choice: 'theirs' | 'mine') => void this.settle(conflict, choice)
    return conflicts.length > 0 ? conflictNotice({ words, conflicts, settle }) : null
  }

  /** What was refused, in words, with the way on. */
  renderRefusal(view: NoticeView) {
    return refusalNotice(view)
  }

  /** What is typed now was not refused yet; and half of it must not go out by itself. */
  edit(draft: Draft): void {
    this.draft = draft
    this.desk.host.requestUpdate()
    if (this.desk.doing === 'save' && this.desk.refusal) this.desk.wait()
  }

  type(field: ContactField, text: string): void {
    if (!this.desk.card) return
    const { [field]: _known, ...rejected } = this.rejected
    this.rejected = rejected
    this.edit(typed(this.desk.card, this.draft, field, text))
  }

  leave(field: ContactField): void {
    if (this.draft.contacts[field]?.text.trim()) this.checked = [...this.checked, field]
    this.desk.host.requestUpdate()
  }

  async open(line: LineId): Promise<void> {
    if (this.desk.card) this.edit(opened(this.desk.card, this.draft, line))
    focusLine(await this.drawn(), line)
  }

  async save(): Promise<void> {
    const { draft, desk } = this
    const { card } = desk
    if (!card || desk.working) return
    const mayFocus = desk.watchFocus()
    if (this.conflicts.length > 0) return desk.lead(mayFocus, focusNotice)
    if (Object.keys(faultsOf(card, draft)).length > 0) {
      this.checked = CONTACT_FIELDS
      return desk.lead(mayFocus, focusFault)
    }
    const sent = changesOf(card, draft)
    if (!sent) return desk.say('card.nothingToSave')
    await desk.work(
      'save',
      () => this.send(sent, draft),
      (refusal) => this.sayAtFields(refusal, sent),
    )
  }

  private async send(sent: SaveAccess, draft: Draft): Promise<void> {
    const { client, patient } = this.desk.host
    const card = await client.saveAccess(patient, sent)
    this.draft = leftOver(card, draft, this.draft)
    this.checked = []
    this.rejected = {}
    this.desk.set({ card, said: this.words.msg(isForChart(sent, card) ? 'field.savedToDo' : 'card.saved') })
    this.desk.host.dispatchEvent(new CustomEvent('portico-access-saved', { bubbles: true, composed: true }))
  }

  /** Says what can be said where it belongs; false when a notice has to say it. */
  private sayAtFields(refusal: Refusal, sent: SaveAccess): boolean {
    const { card, mayFocus } = this.desk
    if (!card) return false
    this.rejected = fieldRefusals(this.words, refusal, sent)
    if (Object.keys(this.rejected).length > 0) {
      this.desk.set({ refusal: null })
      void this.desk.lead(mayFocus, focusFault)
      return true
    }
    const met = runInto({ card, draft: this.draft }, refusal, sent)
    if (!met) return false
    this.conflicts = met.conflicts
    this.draft = met.draft
    this.desk.set({ card: met.card, refusal: null })
    if (met.conflicts.length === 0) queueMicrotask(() => void this.goOn())
    else void this.desk.lead(mayFocus, focusNotice)
    return true
  }

  /** One value after the other; then what is left to save, if anything is. */
  private async settle(conflict: Conflict, choice: 'theirs' | 'mine'): Promise<void> {
    const { card } = this.desk
    if (!card) return
    const settled = (choice === 'theirs' ? keepTheirs : useMine)({ card, draft: this.draft }, conflict)
    this.conflicts = this.conflicts.filter((other) => other !== conflict)
    this.draft = settled.draft
    this.desk.set({ card: settled.card })
    const root = await this.drawn()
    if (this.conflicts.length > 0) return root.querySelector<HTMLElement>('.conflict button')?.focus()
    if (!this.changed) return this.goOn()
    this.desk.say('card.pressSave')
    root.querySelector<HTMLElement>('#save')?.focus()
  }

  /** Saves what is left, or looks at what is saved. */
  private async goOn(): Promise<void> {
    if (this.changed) return this.save()
    this.draft = NO_DRAFT
    const mayFocus = this.desk.watchFocus()
    await this.desk.load()
    const root = await this.drawn()
    if (mayFocus()) focusIfLost(root)
  }

  /** Takes away the note that somebody put off. */
  async askNow(): Promise<void> {
    const { client, patient } = this.desk.host
    await this.desk.work('ask-now', async () => {
      this.desk.card = await client.takeBackRefusal(patient)
    })
  }

  /** A new link for a letter that is good. */
  async mail(): Promise<void> {
    const { patient } = this.desk.host
    let to: string | null = null
    await this.desk.work('mail', async () => {
      to = (await this.sendMail({ patient })).mailedTo
    })
    if (this.desk.refusal) return
    await this.desk.load()
    if (to !== null) this.desk.say('card.mailed', { to })
  }

  /** The card's root, once it shows what was just done. */
  private async drawn(): Promise<ParentNode> {
    this.desk.host.requestUpdate()
    await this.desk.host.updateComplete
    return this.desk.host.renderRoot
  }
}

/** Some of what was saved goes into the chart by hand. */
const isForChart = ({ contacts }: SaveAccess, { may }: AccessCard): boolean =>
  contacts !== undefined && may.edit === 'to-do'
