import type { Migration } from '../migrate.ts'

/** Settings, roles, "not now", and what mails and invitations need to be followed. */
export const firstDay: Migration = {
  id: '0002-first-day',
  up: [
    `create table setting (
      practice_id text not null, key text not null, value text not null, updated_at bigint not null,
      updated_by text not null,
      primary key (practice_id, key))`,
    `alter table practice add column settings_version bigint not null default 0`,

    `create table staff_role (
      practice_id text not null, id text not null, name text not null, preset text, permissions text not null,
      version bigint not null, created_at bigint not null,
      primary key (practice_id, id))`,
    `alter table staff_member add column role_id text`,
    `alter table staff_member add column role_decided_at bigint`,
    `alter table practice add column roles_seeded_at bigint`,

    `create table refusal (
      practice_id text not null, patient_id text not null, reason text not null, ask_again_on text not null,
      recorded_at bigint not null, recorded_by text not null,
      primary key (practice_id, patient_id))`,

    `alter table patient_access add column email_allowed_at bigint`,
    `alter table patient_access add column trusted_email_sealed text`,

    `alter table ticket add column opened_at bigint`,

    `alter table outbox add column kind text not null default 'notice'`,
    `alter table outbox add column about text`,
    `alter table outbox add column to_sealed text`,
    `alter table outbox add column subject_sealed text`,
    `alter table outbox add column created_at bigint not null default 0`,
    `create index outbox_about on outbox (practice_id, about)`,
    `create index outbox_newest on outbox (practice_id, created_at)`,

    `create index audit_newest on audit (practice_id, at, id)`,
    `create index audit_patient on audit (practice_id, patient_id, at, id)`,
  ],
}
