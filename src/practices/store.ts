import type { Clock } from '../clock.ts'
import { ConfigError } from '../config.ts'
import type { Store } from '../store/open.ts'
import type { Practice } from './practice.ts'

/**
 * Writes the configured practices into the store at start, on every node.
 * @throws ConfigError when a slug already belongs to another EHR: patient ids of one EHR mean nothing in another.
 */
export async function savePractices(store: Store, practices: Practice[], now: Clock): Promise<void> {
  const at = now()
  await store.transaction(async (tx) => {
    const known = await tx.selectFrom('practice').select(['id', 'fhir_base']).execute()
    const moved = practices.flatMap((practice) => {
      const other = known.find((row) => row.fhir_base === practice.fhirBase && row.id !== practice.id)
      if (other)
        return [`practices.${practice.id}: its EHR already belongs to ${other.id}; a slug cannot be changed`]
      const before = known.find((row) => row.id === practice.id)
      return before && before.fhir_base !== practice.fhirBase
        ? [
            `practices.${practice.id}: belongs to the EHR at ${before.fhir_base}; another EHR needs another slug`,
          ]
        : []
    })
    if (moved.length > 0) throw new ConfigError(moved)
    for (const { id, name, fhirBase } of practices)
      await tx
        .insertInto('practice')
        .values({ id, name, fhir_base: fhirBase, created_at: at, updated_at: at })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ name, updated_at: at }))
        .execute()
  })
}
