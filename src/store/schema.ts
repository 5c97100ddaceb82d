/**
 * Every table, for both engines. Portable subset: text ids made by us, bigint epoch milliseconds (UTC), text JSON,
 * nullable instants instead of booleans. Each key starts with `practice_id`, the shard key when one database is outgrown.
 * `*_sealed` columns are encrypted by the keyring; `*_mac` columns are keyed hashes.
 */
export interface Schema {
  practice: {
    id: string
    fhir_base: string
    name: string
    created_at: number
    updated_at: number
    /** Grows with every save of settings: of two administrators who save at once the second is told. */
    settings_version: number
    /** When it was given the roles to start with: once, as one that was deleted must not come back. */
    roles_seeded_at: number | null
  }
  /** What administrators changed; JSON per key, the mail password sealed inside. */
  setting: { practice_id: string; key: string; value: string; updated_at: number; updated_by: string }
  staff_member: {
    practice_id: string
    id: string
    iss: string
    fhir_user: string
    name_sealed: string | null
    first_seen_at: number
    last_seen_at: number
    /** Null = nobody gave a role: look only. */
    role_id: string | null
    /** When a role was first given or taken away, by the file or by people; null = never. */
    role_decided_at: number | null
    /** When an administrator stopped this person's use of Portico. */
    stopped_at: number | null
  }
  /** What became of a host that the configuration file names: a page that embeds us. A row comes with its first token. */
  host: {
    practice_id: string
    /** Its id in the file. */
    id: string
    last_used_at: number | null
    /** When an administrator stopped it; null = it may ask for tokens. */
    stopped_at: number | null
    stopped_by: string | null
  }
  staff_role: {
    practice_id: string
    id: string
    name: string
    /** One of the three that every practice starts with, while its name is untouched. */
    preset: string | null
    /** JSON array of permissions. */
    permissions: string
    version: number
    created_at: number
  }
  /** "Not now": why a patient was not invited, and when to ask again (a date in the practice's zone). */
  refusal: {
    practice_id: string
    patient_id: string
    reason: string
    ask_again_on: string
    recorded_at: number
    recorded_by: string
  }
  /** May this patient use the portal? Authoritative; mirrored as Consent where the EHR can hold it. */
  patient_access: {
    practice_id: string
    patient_id: string
    allowed_at: number | null
    withdrawn_at: number | null
    decided_by: string
    version: number
    email_allowed_at: number | null
    /** The trusted e-mail where the EHR cannot hold the mark; encrypted. */
    trusted_email_sealed: string | null
  }
  portal_account: {
    practice_id: string
    id: string
    /** Permanent, random, shown to the patient and on letters: 10 Crockford characters with check character. */
    account_id: string
    username: string | null
    /** NFKC, lower case; unique in the practice. */
    username_key: string | null
    /** Encrypted JSON: name, language, MRN, HMAC of the birth date. Erased on close. */
    index_sealed: string | null
    created_at: number
    activated_at: number | null
    last_signed_in_at: number | null
    suspended_at: number | null
    closed_at: number | null
    version: number
  }
  account_patient: {
    practice_id: string
    account_id: string
    patient_id: string
    relationship: string
    expires_at: number | null
  }
  credential: {
    practice_id: string
    id: string
    account_id: string
    kind: 'password'
    secret_sealed: string
    created_at: number
    replaced_at: number | null
  }
  /** Something that works once: an activation, the slip that shows it, or the set-up step that follows it. */
  ticket: {
    practice_id: string
    id: string
    kind: 'activation' | 'temporary' | 'link' | 'setup' | 'slip'
    account_id: string
    /** How a caller finds it: HMAC of the portal ID, SHA-256 of a 256-bit token, or its own id. Unique among live tickets. */
    lookup: string
    /** HMAC of the code, where there is one. */
    secret_mac: string | null
    /** Encrypted JSON whose shape belongs to the capability. */
    payload_sealed: string | null
    /** Wrong tries; for a temporary password the restricted sessions that it opened. */
    tries: number
    created_at: number
    created_by: string
    expires_at: number
    used_at: number | null
    ended_at: number | null
    /** When the patient first got as far as the page behind it. */
    opened_at: number | null
  }
  session: {
    practice_id: string
    /** SHA-256 of the 256-bit token in the cookie. */
    token_hash: string
    /** `restricted` = a patient who came with a temporary password and must choose a new one. */
    kind: 'patient' | 'restricted' | 'staff'
    /** portal_account.id or staff_member.id. */
    subject_id: string
    created_at: number
    seen_at: number
    /** Absolute end. */
    expires_at: number
  }
  /** One SMART launch: one staff member in one patient's context. Its id is in the URL of the staff app. */
  launch: {
    practice_id: string
    id: string
    staff_id: string
    patient_id: string
    /** Granted scopes, space separated, as the EHR wrote them. */
    scope: string
    /** JSON: need_patient_banner, intent, smart_style_url, fhirContext, encounter, appContext, web messaging. */
    context: string
    ehr_token_id: string
    created_at: number
    ended_at: number | null
  }
  ehr_token: {
    practice_id: string
    id: string
    access_sealed: string
    refresh_sealed: string | null
    scope: string
    expires_at: number
    /** Fencing token: a refresh writes only over the version that it read. */
    version: number
  }
  /** One-time values that must not be seen twice: launch states, assertion ids. */
  jti: { practice_id: string; id: string; expires_at: number }
  throttle: { practice_id: string; key: string; failures: number; reset_at: number }
  idempotency: {
    practice_id: string
    /** HMAC of subject, route and Idempotency-Key. */
    key: string
    /** HMAC of the request body. */
    request_mac: string
    /** Encrypted JSON: status, headers, body. Null while the first request is still running. */
    answer_sealed: string | null
    created_at: number
    expires_at: number
  }
  job: {
    practice_id: string
    id: string
    kind: string
    dedupe_key: string
    payload_sealed: string | null
    run_at: number
    attempts: number
    locked_until: number
    done_at: number | null
    failed_at: number | null
    last_error: string | null
  }
  outbox: {
    practice_id: string
    id: string
    dedupe_key: string
    /** Encrypted JSON: to, subject, text, html. Blanked when settled. */
    payload_sealed: string | null
    run_at: number
    attempts: number
    locked_until: number
    sent_at: number | null
    failed_at: number | null
    last_error: string | null
    kind: string
    /** Id of the ticket that it is about, if any. */
    about: string | null
    to_sealed: string | null
    subject_sealed: string | null
    created_at: number
  }
  /**
   * The shelf: what the EHR has no place for, as FHIR. A row holds its newest version; what can be searched by SQL
   * stands in `resource_key`.
   */
  resource: {
    practice_id: string
    type: string
    id: string
    /** Counts up from 1; If-Match is held against it. */
    version: number
    updated_at: number
    /** Encrypted JSON of the resource; '' once it lives in the EHR. */
    json_sealed: string
    /** The id that the EHR gave it, and our version that went there, while a type is being moved. */
    moved_to: string | null
    moved_version: number | null
  }
  /** One row for each thing that a resource of the shelf is found by. */
  resource_key: {
    practice_id: string
    type: string
    /** `awaits`: what its copy in the EHR names by our identifier, until that has an id there too. */
    name: 'patient' | 'status' | 'identifier' | 'part-of' | 'awaits'
    /** An id or a code as it is; an identifier as HMAC. */
    value: string
    id: string
  }
  /** A file: there once this row is, which is written last. */
  blob: {
    practice_id: string
    id: string
    patient_id: string | null
    content_type: string
    size: number
    /** Of the whole, hex. */
    sha256: string
    created_at: number
  }
  blob_chunk: { practice_id: string; blob_id: string; seq: number; data_sealed: string; created_at: number }
  /** Where a resource type lives for a practice: decided at its first use, changed by a move alone. */
  home: {
    practice_id: string
    type: string
    home: 'ehr' | 'portal'
    decided_at: number
    moving_since: number | null
  }
  /** Something that waits for staff. */
  work_item: {
    practice_id: string
    id: string
    kind: 'contacts'
    patient_id: string
    /** Encrypted JSON whose shape belongs to the kind. Null once settled. */
    payload_sealed: string | null
    created_at: number
    created_by: string
    /** When to look into the chart whether it has settled itself. */
    check_at: number
    checked_at: number | null
    done_at: number | null
    done_by: string | null
    done_how: 'done' | 'withdrawn' | 'chart' | null
    version: number
  }
  /** A topic, never data: the client re-reads. Lives 5 minutes. */
  event: { practice_id: string; id: string; at: number; topic: string; patient_id: string | null }
  audit: {
    practice_id: string
    id: string
    at: number
    /** e.g. `Practitioner/12`, `account/0199…`, `anonymous`, `portico`. */
    actor: string
    /** `noun.past-participle`, e.g. `access.allowed`, `session.refused`. */
    action: string
    patient_id: string | null
    outcome: 'success' | 'refused' | 'failed'
    /** JSON without names, addresses or secrets. */
    detail: string
    request_id: string | null
    /** Set by the sealer within a second: the chain. */
    seq: number | null
    prev_hash: string | null
    hash: string | null
  }
  /** Named rights to do something alone: the sealer, the worker. */
  lease: { name: string; owner: string; expires_at: number }
  schema_lock: { id: number; at: number }
  schema_migration: { id: string; applied_at: number }
}
