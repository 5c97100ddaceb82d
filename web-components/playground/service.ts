import { respondWith, type Respond } from '../../test/web-components/support/answers.ts'
import { fernwood } from '../../test/web-components/support/fixtures.ts'
import type { Look } from './look.ts'
import type { Answers, Scene } from './scene.ts'

/** Where our questions begin: the embedded card's, a launch's, then anybody's. */
const DOORS = /^\/fernwood\/(embed\/api|api\/staff\/launches\/L1|api)\/?/

/** A `fetch` that answers a scene's questions by itself: nothing leaves the page. */
export function serviceFor(scene: Scene, look: Look): typeof fetch {
  const answers: Answers = { 'GET practice': () => ({ body: fernwood }), ...scene.answers(look) }
  return async (input, init) => {
    const request = new Request(input, init)
    const path = new URL(request.url).pathname.replace(DOORS, '')
    const text = await request.text()
    const body: unknown = text === '' ? null : JSON.parse(text)
    return respondWith(respondTo(answers, `${request.method} ${path}`, body))
  }
}

function respondTo(answers: Answers, route: string, body: unknown): ReturnType<Respond> {
  return answers[route]?.(body) ?? { status: 404, code: 'not-found' }
}
