import { readShown } from './look.ts'
import { SCENES, sceneOf } from './scenes.ts'
import { show } from './show.ts'

/** The letter asks to be printed when it opens; whoever wants that here presses Print. */
const print = window.print.bind(window)
window.print = () => {
  window.print = print
}

/** A letter's window, or a page that was loaded anew, has an address of its own and no scene in it. */
const byAddress = () => SCENES.find(({ path }) => path.split('#')[0] === location.pathname)

const { scene, look } = readShown(location.hash)
await show((scene === '' ? byAddress() : undefined) ?? sceneOf(scene), look)
