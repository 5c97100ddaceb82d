/**
 * Names a page when its heading changes: "Messages · Fernwood Family Practice" in the title, and focus on the
 * heading, so that a screen reader starts there. The first page of a visit keeps focus where the browser put it.
 */
export function namePage(root: ParentNode, practiceName: string, isArrival: boolean): void {
  const heading = root.querySelector<HTMLElement>('h1')
  if (!heading) return
  document.title = `${heading.textContent.trim()} · ${practiceName}`
  if (!isArrival) heading.focus()
}
