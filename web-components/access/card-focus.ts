/** What was pressed is gone: the headline says where things stand now. */
export function focusIfLost(root: ParentNode): void {
  if (document.activeElement === document.body) root.querySelector<HTMLElement>('.headline')?.focus()
}
