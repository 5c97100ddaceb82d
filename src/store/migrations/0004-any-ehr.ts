import type { Migration } from '../migrate.ts'

/** What an EHR has no place for: the shelf, files, where each type lives, and what staff still have to do by hand. */
export const anyEhr: Migration = {
  id: '0004-any-ehr',
  up: [
    `create table resource (
      practice_id text not null, type text not null, id text not null, version bigint not null,
      updated_at bigint not null, json_sealed text not null, moved_to text, moved_version bigint,
      primary key (practice_id, type, id))`,
    `create table resource_key (
      practice_id text not null, type text not null, name text not null, value text not null, id text not null,
      primary key (practice_id, type, name, value, id))`,
    `create index resource_key_by_id on resource_key (practice_id, type, id)`,
    `create table blob (
      practice_id text not null, id text not null, patient_id text, content_type text not null,
      size bigint not null, sha256 text not null, created_at bigint not null, primary key (practice_id, id))`,
    `create table blob_chunk (
      practice_id text not null, blob_id text not null, seq bigint not null, data_sealed text not null,
      created_at bigint not null, primary key (practice_id, blob_id, seq))`,
    `create index blob_chunk_by_age on blob_chunk (created_at)`,
    `create table home (
      practice_id text not null, type text not null, home text not null, decided_at bigint not null,
      moving_since bigint, primary key (practice_id, type))`,
    `create table work_item (
      practice_id text not null, id text not null, kind text not null, patient_id text not null,
      payload_sealed text, created_at bigint not null, created_by text not null, check_at bigint not null,
      checked_at bigint, done_at bigint, done_by text, done_how text, version bigint not null,
      primary key (practice_id, id))`,
    `create unique index work_item_open on work_item (practice_id, kind, patient_id) where done_at is null`,
    `create index work_item_due on work_item (check_at) where done_at is null`,
  ],
}
