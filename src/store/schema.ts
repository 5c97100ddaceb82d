/**
 * Every table, for both engines. Portable subset: text ids made by us, bigint epoch milliseconds (UTC), text JSON,
 * nullable instants instead of booleans. Each key starts with `practice_id`, the shard key when one database is outgrown.
 * `*_sealed` columns are encrypted by the keyring; `*_mac` columns are keyed hashes.
 */
export interface Schema {
  practice: { id: string; fhir_base: string; name: string; created_at: number; updated_at: number }
  staff_member: {
    practice_id: string
    id: string
    iss: string
    fhir_user: string
    name_sealed: string | null
    first_seen_at: number
    last_seen_at: number
  }
  /** May this patient use the portal? Authoritative; mirrored as Consent where the EHR can hold it. */
  patient_access: {
    practice_id: string
    patient_id: string
    allowed_at: number | null
    withdrawn_at: number | null
    decided_by: string
    version: number
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
    kind: 'activation' | 'setup' | 'slip'
    account_id: string
    /** How a caller finds it: HMAC of the portal ID, or SHA-256 of a 256-bit token. Unique among live tickets. */
    lookup: string
    /** HMAC of the code, where there is one. */
    secret_mac: string | null
    /** Encrypted JSON whose shape belongs to the capability. */
    payload_sealed: string | null
    tries: number
    created_at: number
    created_by: string
    expires_at: number
    used_at: number | null
    ended_at: number | null
  }
  session: {
    practice_id: string
    /** SHA-256 of the 256-bit token in the cookie. */
    token_hash: string
    kind: 'patient' | 'staff'
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
    /** JSON: need_patient_banner, intent, smart_style_url, fhirContext, encounter. */
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
