import type { HistoryEntry } from '../../src/staff/schema.ts'
import type { AdminId, AdminWords } from '../i18n/words.ts'

/** What each line of the trail says; one that is not here is shown as the trail has it. */
const ACTIONS: Record<string, AdminId> = {
  'launch.started': 'did.launchStarted',
  'launch.ended': 'did.launchEnded',
  'launch.refused': 'did.launchRefused',
  'access.read': 'did.accessRead',
  'access.allowed': 'did.accessAllowed',
  'access.withdrawn': 'did.accessWithdrawn',
  'email.allowed': 'did.emailAllowed',
  'email.withdrawn': 'did.emailWithdrawn',
  'contacts.changed': 'did.contactsChanged',
  'todo.opened': 'did.toDoOpened',
  'todos.read': 'did.toDosRead',
  'refusal.recorded': 'did.refusalRecorded',
  'refusal.withdrawn': 'did.refusalCleared',
  'refusal.cleared': 'did.refusalCleared',
  'invitation.issued': 'did.invitationIssued',
  'invitation.mailed': 'did.invitationMailed',
  'invitation.cancelled': 'did.invitationCancelled',
  'links.ended': 'did.linksEnded',
  'slip.opened': 'did.slipOpened',
  'activation.confirmed': 'did.activationConfirmed',
  'activation.refused': 'did.activationRefused',
  'activation.attacked': 'did.activationAttacked',
  'account.activated': 'did.accountActivated',
  'credentials.changed': 'did.credentialsChanged',
  'session.started': 'did.sessionStarted',
  'session.restricted': 'did.sessionRestricted',
  'session.ended': 'did.sessionEnded',
  'session.refused': 'did.sessionRefused',
  'session.paused': 'did.sessionPaused',
  'profile.read': 'did.profileRead',
  'settings.changed': 'did.settingsChanged',
  'setting.changed': 'did.settingsChanged',
  'test-mail.sent': 'did.testMailSent',
  'role.added': 'did.roleAdded',
  'role.changed': 'did.roleChanged',
  'role.removed': 'did.roleRemoved',
  'staff.role-given': 'did.roleGiven',
  'staff.role-taken': 'did.roleTaken',
  'staff.stopped': 'did.staffStopped',
  'staff.resumed': 'did.staffResumed',
  'host.stopped': 'did.hostStopped',
  'host.resumed': 'did.hostResumed',
  'host-token.issued': 'did.hostTokenIssued',
  'host-token.refused': 'did.hostTokenRefused',
  'host-token.misused': 'did.hostTokenMisused',
  'provenance.failed': 'did.provenanceFailed',
  'portal-flags.changed': 'did.portalFlagsChanged',
  'portal-flags.failed': 'did.portalFlagsFailed',
  'home.moved': 'did.homeMoved',
  'mail.sent': 'did.mailSent',
  'mail.given-up': 'did.mailGivenUp',
  'mail.retried': 'did.mailRetried',
  'mail.printed': 'did.mailPrinted',
  'outbox.read': 'did.outboxRead',
  'history.read': 'did.historyRead',
}

/** How something to be typed into the EMR was settled. */
const SETTLED: Record<string, AdminId> = {
  done: 'did.toDoDone',
  withdrawn: 'did.toDoWithdrawn',
  chart: 'did.toDoInChart',
}

const ACTORS: Record<HistoryEntry['actor'], AdminId> = {
  staff: 'actor.staff',
  patient: 'actor.patient',
  portico: 'actor.portico',
  anonymous: 'actor.anonymous',
}

export function whatHappened(words: AdminWords, { action, detail }: HistoryEntry): string {
  if (action === 'invitation.issued' && detail['kind'] === 'temporary-password')
    return words.msg('did.temporaryPasswordIssued')
  if (action === 'access.read' && detail['via'] === 'cds-hooks') return words.msg('did.accessAsked')
  const id = action === 'todo.closed' ? SETTLED[String(detail['how'])] : ACTIONS[action]
  if (!id) return action
  return words.msg(id, {
    host: named(detail['host']) ?? words.msg('history.somePage'),
    person: named(detail['person']) ?? words.msg('history.somebody'),
  })
}

const named = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

export const whoDidIt = (words: AdminWords, { by, actor }: HistoryEntry): string =>
  by ?? words.msg(ACTORS[actor])
