import { accessScenes } from './access-scenes.ts'
import { portalScenes } from './portal-scenes.ts'
import { idOf, type Scene } from './scene.ts'
import { staffScenes } from './staff-scenes.ts'

/** Every state of every element, the public one first. */
export const SCENES: readonly Scene[] = [...accessScenes, ...staffScenes, ...portalScenes]

/** The scene that an address names; the first where it names none. */
export const sceneOf = (id: string): Scene => {
  const found = SCENES.find((scene) => idOf(scene) === id) ?? SCENES[0]
  if (!found) throw new Error('The playground has no scene')
  return found
}
