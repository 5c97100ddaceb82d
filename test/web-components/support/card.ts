import { expect } from 'vitest'
import { page } from 'vitest/browser'
import type { AccessCard } from '../../../src/access/schema.ts'
import { offerForWalter } from './fixtures.ts'
import { launchView } from './launch-view.ts'
import { show, type Stage } from './stage.ts'

const PATIENT = 'staff/launches/L1/patients/12'
/** What a card asks, as the stage calls it. */
export const READ = `GET ${PATIENT}/access`
export const SAVE = `PUT ${PATIENT}/access`
export const OFFER = `GET ${PATIENT}/invitations/offer`
export const INVITE = `POST ${PATIENT}/invitations`
export const MAIL_AGAIN = `POST ${PATIENT}/invitations/current/mail`
export const CANCEL = `DELETE ${PATIENT}/invitations/current`
export const REFUSE = `PUT ${PATIENT}/refusal`
export const TAKE_BACK = `DELETE ${PATIENT}/refusal`

export const button = (name: string | RegExp) => page.getByRole('button', { name })
export const said = (text: string | RegExp) => expect.element(page.getByText(text)).toBeVisible()
export const dialog = () => page.getByRole('dialog')
export const field = (name: string | RegExp) => page.getByRole('textbox', { name })
export const toggle = (name: string) => page.getByRole('switch', { name })
export const inDialog = (name: string | RegExp) => dialog().getByRole('button', { name })

/** The staff app with one patient's card on it, as the service has it. */
export async function openCard(
  stage: Stage,
  card: AccessCard | undefined,
  launch = launchView(),
): Promise<void> {
  stage.on('GET staff/launches/L1', () => ({ body: launch }))
  stage.on(READ, () => ({ body: card }))
  stage.on(OFFER, () => ({ body: offerForWalter() }))
  await show('portico-staff', '/fernwood/staff/l/L1/')
  await expect.element(page.getByRole('heading', { level: 2, name: 'Patient portal' })).toBeVisible()
  await expect.element(page.getByText('Asking the EMR…')).not.toBeInTheDocument()
}
