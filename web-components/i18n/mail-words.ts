import type { MailFault, MailKind } from '../../src/settings/schema.ts'
import type { AdminId } from './words.ts'

/** Why a mail server did not take a mail, in one sentence. */
export const MAIL_FAULTS: Record<MailFault, AdminId> = {
  'no-server': 'mailFault.noServer',
  'not-found': 'mailFault.notFound',
  'not-reached': 'mailFault.notReached',
  timeout: 'mailFault.timeout',
  'no-tls': 'mailFault.noTls',
  certificate: 'mailFault.certificate',
  'sign-in': 'mailFault.signIn',
  sender: 'mailFault.sender',
  recipient: 'mailFault.recipient',
  refused: 'mailFault.refused',
  other: 'mailFault.other',
}

/** What a mail is. */
export const MAIL_KINDS: Record<MailKind, AdminId> = {
  invitation: 'mail.invitation',
  reminder: 'mail.again',
  'temporary-password': 'mail.temporaryPassword',
  welcome: 'mail.welcome',
  notice: 'mail.notice',
}
