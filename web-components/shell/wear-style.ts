import type { LaunchStyleView } from '../../src/staff/schema.ts'

/** A look that comes later is put on when it is there. */
const PATIENCE_MS = 300

/** Puts the EMR's look on the page, if it has told one; settles soon whatever becomes of it. */
export async function wearStyle(asked: Promise<LaunchStyleView>): Promise<void> {
  const worn = asked.then(async ({ style }) => {
    if (style) (await import('../theme/page.ts')).dressPage(style)
  })
  // Without it the page looks like ours.
  await Promise.race([worn.catch(() => {}), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))])
}
