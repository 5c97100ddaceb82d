import { parentPort } from 'node:worker_threads'
import type { Answer, Task } from './background.ts'

/** Longer text costs more than it tells. */
const SCORED_CHARACTERS = 72

type Score = (password: string, inputs: string[]) => number
let loading: Promise<Score> | undefined

/** The word lists, read when the first password asks for them. */
async function loadWordLists(): Promise<Score> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary: common }, { dictionary: english }] =
    await Promise.all([
      import('@zxcvbn-ts/core'),
      import('@zxcvbn-ts/language-common'),
      import('@zxcvbn-ts/language-en'),
    ])
  const zxcvbn = new ZxcvbnFactory({ dictionary: { ...common, ...english }, graphs: adjacencyGraphs })
  return (password, inputs) => zxcvbn.check(password.slice(0, SCORED_CHARACTERS), inputs).score
}

async function work(task: Task): Promise<unknown> {
  if (task.kind === 'score') {
    const score = await (loading ??= loadWordLists())
    return score(task.password, task.inputs)
  }
  // Fonts and all are read when the first letter asks for them.
  const { setLetter } = await import('./letter-pdf.ts')
  return setLetter(task.letter)
}

parentPort?.on('message', ({ id, task }: { id: number; task: Task }) => {
  const answer = (given: Answer) => parentPort?.postMessage(given)
  work(task).then(
    (value) => answer({ id, value }),
    () => answer({ id, failed: true }),
  )
})
