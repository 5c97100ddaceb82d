import { parentPort } from 'node:worker_threads'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common'
import { dictionary as english } from '@zxcvbn-ts/language-en'

/** Longer text costs more than it tells. */
const SCORED_CHARACTERS = 72

const zxcvbn = new ZxcvbnFactory({ dictionary: { ...common, ...english }, graphs: adjacencyGraphs })

parentPort?.on('message', ({ id, password, inputs }: { id: number; password: string; inputs: string[] }) => {
  parentPort?.postMessage({ id, score: zxcvbn.check(password.slice(0, SCORED_CHARACTERS), inputs).score })
})
