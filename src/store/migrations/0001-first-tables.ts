import type { Migration } from '../migrate.ts'

/** Instants are bigint epoch milliseconds; what each column means stands in `../schema.ts`. */
export const firstTables: Migration = {
  id: '0001-first-tables',
  up: [
    `create table practice (
      id text primary key, fhir_base text not null unique, name text not null,
      created_at bigint not null, updated_at bigint not null)`,

    `create table staff_member (
      practice_id text not null, id text not null, iss text not null, fhir_user text not null, name_sealed text,
      first_seen_at bigint not null, last_seen_at bigint not null,
      primary key (practice_id, id), unique (practice_id, iss, fhir_user))`,

    `create table patient_access (
      practice_id text not null, patient_id text not null, allowed_at bigint, withdrawn_at bigint,
      decided_by text not null, version bigint not null,
      primary key (practice_id, patient_id))`,

    `create table portal_account (
      practice_id text not null, id text not null, account_id text not null, username text, username_key text,
      index_sealed text, created_at bigint not null, activated_at bigint, last_signed_in_at bigint,
      suspended_at bigint, closed_at bigint, version bigint not null,
      primary key (practice_id, id), unique (practice_id, account_id), unique (practice_id, username_key))`,

    `create table account_patient (
      practice_id text not null, account_id text not null, patient_id text not null, relationship text not null,
      expires_at bigint,
      primary key (practice_id, account_id, patient_id),
      foreign key (practice_id, account_id) references portal_account (practice_id, id) on delete cascade)`,
    `create index account_patient_patient on account_patient (practice_id, patient_id)`,
    // A patient has one live account of their own; closing it sets expires_at.
    `create unique index account_patient_self on account_patient (practice_id, patient_id)
      where relationship = 'self' and expires_at is null`,

    `create table credential (
      practice_id text not null, id text not null, account_id text not null, kind text not null,
      secret_sealed text not null, created_at bigint not null, replaced_at bigint,
      primary key (practice_id, id),
      foreign key (practice_id, account_id) references portal_account (practice_id, id) on delete cascade)`,
    `create index credential_account on credential (practice_id, account_id)`,
    `create unique index credential_live on credential (practice_id, account_id, kind) where replaced_at is null`,

    `create table ticket (
      practice_id text not null, id text not null, kind text not null, account_id text not null,
      lookup text not null, secret_mac text, payload_sealed text, tries bigint not null,
      created_at bigint not null, created_by text not null, expires_at bigint not null,
      used_at bigint, ended_at bigint,
      primary key (practice_id, id),
      foreign key (practice_id, account_id) references portal_account (practice_id, id) on delete cascade)`,
    `create unique index ticket_live on ticket (practice_id, lookup) where used_at is null and ended_at is null`,
    `create index ticket_lookup on ticket (practice_id, lookup)`,
    `create index ticket_account on ticket (practice_id, account_id)`,
    `create index ticket_expiry on ticket (expires_at)`,

    `create table session (
      practice_id text not null, token_hash text not null, kind text not null, subject_id text not null,
      created_at bigint not null, seen_at bigint not null, expires_at bigint not null,
      primary key (practice_id, token_hash))`,
    `create index session_subject on session (practice_id, kind, subject_id)`,
    `create index session_expiry on session (expires_at)`,

    `create table ehr_token (
      practice_id text not null, id text not null, access_sealed text not null, refresh_sealed text,
      scope text not null, expires_at bigint not null, version bigint not null,
      primary key (practice_id, id))`,
    `create index ehr_token_expiry on ehr_token (expires_at)`,

    `create table launch (
      practice_id text not null, id text not null, staff_id text not null, patient_id text not null,
      scope text not null, context text not null, ehr_token_id text not null, created_at bigint not null,
      ended_at bigint,
      primary key (practice_id, id),
      foreign key (practice_id, staff_id) references staff_member (practice_id, id),
      foreign key (practice_id, ehr_token_id) references ehr_token (practice_id, id))`,
    `create index launch_staff on launch (practice_id, staff_id)`,
    `create index launch_ehr_token on launch (practice_id, ehr_token_id)`,
    `create index launch_age on launch (created_at)`,

    `create table jti (
      practice_id text not null, id text not null, expires_at bigint not null, primary key (practice_id, id))`,
    `create index jti_expiry on jti (expires_at)`,

    `create table throttle (
      practice_id text not null, key text not null, failures bigint not null, reset_at bigint not null,
      primary key (practice_id, key))`,
    `create index throttle_reset on throttle (reset_at)`,

    `create table idempotency (
      practice_id text not null, key text not null, request_mac text not null, answer_sealed text,
      created_at bigint not null, expires_at bigint not null,
      primary key (practice_id, key))`,
    `create index idempotency_expiry on idempotency (expires_at)`,

    `create table job (
      practice_id text not null, id text not null, kind text not null, dedupe_key text not null,
      payload_sealed text, run_at bigint not null, attempts bigint not null, locked_until bigint not null,
      done_at bigint, failed_at bigint, last_error text,
      primary key (practice_id, id), unique (practice_id, dedupe_key))`,
    `create index job_due on job (run_at) where done_at is null and failed_at is null`,
    `create index job_settled on job (run_at) where done_at is not null or failed_at is not null`,

    `create table outbox (
      practice_id text not null, id text not null, dedupe_key text not null, payload_sealed text,
      run_at bigint not null, attempts bigint not null, locked_until bigint not null,
      sent_at bigint, failed_at bigint, last_error text,
      primary key (practice_id, id), unique (practice_id, dedupe_key))`,
    `create index outbox_due on outbox (run_at) where sent_at is null and failed_at is null`,
    `create index outbox_settled on outbox (run_at) where sent_at is not null or failed_at is not null`,

    `create table event (
      practice_id text not null, id text not null, at bigint not null, topic text not null, patient_id text,
      primary key (practice_id, id))`,
    `create index event_age on event (at)`,

    `create table audit (
      practice_id text not null, id text not null, at bigint not null, actor text not null, action text not null,
      patient_id text, outcome text not null, detail text not null, request_id text,
      seq bigint, prev_hash text, hash text,
      primary key (practice_id, id), unique (practice_id, seq))`,
    `create index audit_unsealed on audit (practice_id, at, id) where seq is null`,

    `create table lease (name text primary key, owner text not null, expires_at bigint not null)`,
  ],
}
