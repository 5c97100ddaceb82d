import type { LineId } from '../../src/access/schema.ts'
import { focusFirstError } from '../ui/field.ts'
import { FIELDS_OF } from './draft.ts'

/** The first field at fault, wherever it has been folded away to. */
export function focusFault(root: ParentNode): void {
  const fold = root.querySelector('[aria-invalid="true"]')?.closest('details')
  if (fold) fold.open = true
  focusFirstError(root)
}

/** The field that a line was opened to be changed in; a trusted e-mail that follows has only its tick. */
export function focusLine(root: ParentNode, line: LineId): void {
  const [field] = FIELDS_OF[line] ?? []
  const input =
    root.querySelector<HTMLElement>(`#${field}`) ?? root.querySelector<HTMLElement>('.choice input')
  input?.focus()
}
