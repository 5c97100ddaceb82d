import * as z from 'zod'
import type { ContactField } from '../access/schema.ts'

const ToDoField = z.enum([
  'homePhone',
  'mobilePhone',
  'contactEmail',
  'trustedEmail',
]) satisfies z.ZodType<ContactField>

/** One value that staff accepted and that somebody has to type into the EMR. Null = none. */
export const ToDoChange = z.object({
  field: ToDoField,
  /** What the chart held when the first of these changes was accepted. */
  from: z.string().nullable(),
  to: z.string().nullable(),
})
export type ToDoChange = z.infer<typeof ToDoChange>

/** Contacts of one patient that the EMR does not let Portico write: staff type them in by hand. Instants are epoch ms. */
export const ToDo = z.object({
  id: z.string(),
  patient: z.object({ id: z.string(), name: z.string() }),
  changes: z.array(ToDoChange),
  createdAt: z.number(),
  /** Who accepted the change; null when no name is known. */
  createdBy: z.string().nullable(),
  /** When Portico last looked into the chart for it by itself; null = not yet. */
  checkedAt: z.number().nullable(),
  /** The patient's page in the EMR; null where the practice did not say. */
  chartUrl: z.string().nullable(),
})
export type ToDo = z.infer<typeof ToDo>

/** What waits for staff in the whole practice, the oldest first. */
export const ToDoList = z.object({ todos: z.array(ToDo) })
export type ToDoList = z.infer<typeof ToDoList>

/**
 * Body of PUT …/todos/:todo. `done` = it stands in the EMR now; `withdrawn` = it is not wanted any more. 409 `conflict`
 * with `how` (`done`, `withdrawn` or `chart`) when it was settled meanwhile.
 */
export const SettleToDo = z.strictObject({ how: z.enum(['done', 'withdrawn']) })
export type SettleToDo = z.infer<typeof SettleToDo>
