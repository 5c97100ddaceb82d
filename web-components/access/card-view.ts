import type { AccessCard, ReadinessLine, RefusalReason } from '../../src/access/schema.ts'
import type { StaffWords } from '../i18n/words.ts'
import type { CardEditor } from './card-editor.ts'

/** What the card is busy with. */
export type Doing = 'load' | 'save' | 'ask-now' | 'mail'

/** What somebody can do on the card. */
export type CardActs = {
  save: () => void
  reload: () => void
  create: () => void
  notNow: (reason?: RefusalReason) => void
  askNow: () => void
  mail: () => void
  cancel: () => void
}

/** Everything that the parts of the card draw from, and what they may ask for. */
export type CardView = {
  words: StaffWords
  card: AccessCard
  /** Epoch ms by the service's clock. */
  now: number
  /** Address of the practice's settings; empty where there is no such page. */
  settings: string
  /** Address that opens Portico for what cannot be done here; empty where everything can. */
  launchUrl: string
  /** Opens the chart in the EMR around us; null where it does not do that for us. */
  openChart: (() => void) | null
  /** What is changed on the card. */
  editor: CardEditor | null
  /** Something on the screen differs from what is saved. */
  changed: boolean
  doing: Doing | null
  act: CardActs
}

/** What stands in one line beside its mark: how it is called, where things stand, and how it is mended here. */
export type LineParts = { labelFor?: string; why?: unknown; fix?: unknown; act?: unknown }

export type Readiness = {
  /** Lines that stop an invitation and are not done. */
  missing: ReadinessLine[]
  /** The same that are done; everything that counts things counts these two. */
  ready: ReadinessLine[]
  /** Lines that stop nothing, or only e-mail, what is missing first. */
  helpful: ReadinessLine[]
}

export function readinessOf(card: AccessCard): Readiness {
  const blocking = card.lines.filter((line) => line.need === 'blocks')
  return {
    missing: blocking.filter(({ done }) => !done),
    ready: blocking.filter(({ done }) => done),
    helpful: card.lines
      .filter(({ need }) => need !== 'blocks')
      .toSorted((one, other) => Number(one.done) - Number(other.done)),
  }
}
