import type { EmbedToken } from '../../src/embedding/schema.ts'
import type { Look } from './look.ts'

const token = async (): Promise<EmbedToken> => ({
  access_token: 'play.gro.und',
  token_type: 'Bearer',
  expires_in: 300,
  scope: 'access.read access.manage credentials.manage',
  patient: '12',
  practice: 'fernwood',
})

/** The public card as a host writes it, turned by the knobs. */
export function embeddedCard({ theme, density, heading }: Look): HTMLElement {
  const card = document.createElement('portico-access')
  card.setAttribute('patient', '12')
  card.setAttribute('theme', theme)
  card.setAttribute('density', density)
  card.setAttribute('heading-level', heading)
  card.setAttribute('launch-url', '/emr/launch')
  return Object.assign(card, { tokenProvider: token })
}
