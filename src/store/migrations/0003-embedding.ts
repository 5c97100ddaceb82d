import type { Migration } from '../migrate.ts'

/** Hosts that embed us, and people whom an administrator has stopped. */
export const embedding: Migration = {
  id: '0003-embedding',
  up: [
    `create table host (
      practice_id text not null, id text not null, last_used_at bigint, stopped_at bigint, stopped_by text,
      primary key (practice_id, id))`,
    `alter table staff_member add column stopped_at bigint`,
  ],
}
